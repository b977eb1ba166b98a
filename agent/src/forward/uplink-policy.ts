import type { UplinkConfig } from '@vigie/contract';
import type { Clock } from '../clock.ts';

/** What may be sent while the link is metered and it is not the time for more: alarms, command results and events. */
const ALWAYS = 'urgent';
/** A cap holds on average; so much may go at once after a pause. */
const BURST_SECONDS = 4;
const MINUTES_A_DAY = 1_440;

/** When and how much may be sent, as the configuration says: a pure function of the clock and of what was sent. */
export class UplinkPolicy {
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs' | 'trusted'>;
  #config: UplinkConfig = {};
  /** Made where the link is metered only: what Node knows of time zones takes megabytes. */
  #minuteOfDay: ((at: number) => number) | undefined;
  /** Bytes that may go now; below 0 they were lent to what could not wait. */
  #bytes = Number.POSITIVE_INFINITY;
  #filledAtMs = 0;

  constructor(clock: Pick<Clock, 'now' | 'monotonicMs' | 'trusted'>) {
    this.#clock = clock;
  }

  apply(config: UplinkConfig = {}): void {
    this.#config = config;
    this.#minuteOfDay = undefined;
    this.#bytes = this.#burst;
    this.#filledAtMs = this.#clock.monotonicMs();
  }

  /** Addresses of the server beside the one of the enrolment. */
  get servers(): NonNullable<UplinkConfig['servers']> {
    return this.#config.servers ?? [];
  }

  /** Whether anything of this stream may be sent now: the time is right and the cap leaves room, or it cannot wait. */
  mayGo(stream: string): boolean {
    return this.isOpen(stream) && (stream === ALWAYS || this.hasRoom);
  }

  /** Whether records of this stream may be sent now. A clock that is not trusted holds nothing back. */
  isOpen(stream: string): boolean {
    const { metered } = this.#config;
    if (!metered || stream === ALWAYS || !this.#clock.trusted()) return true;
    this.#minuteOfDay ??= minuteOfDayIn(metered.timeZone ?? 'UTC');
    const now = this.#minuteOfDay(this.#clock.now());
    const [from, until] = [minutesOf(metered.from), minutesOf(metered.until)];
    return from <= until ? now >= from && now < until : now >= from || now < until;
  }

  /** Whether the cap leaves room for more than what cannot wait. */
  get hasRoom(): boolean {
    this.#fill();
    return this.#bytes > 0;
  }

  sent(bytes: number): void {
    this.#fill();
    this.#bytes -= bytes;
  }

  get #burst(): number {
    const { maxBytesPerSecond } = this.#config;
    return maxBytesPerSecond === undefined ? Number.POSITIVE_INFINITY : maxBytesPerSecond * BURST_SECONDS;
  }

  #fill(): void {
    const now = this.#clock.monotonicMs();
    const perMs = (this.#config.maxBytesPerSecond ?? Number.POSITIVE_INFINITY) / 1_000;
    if (now > this.#filledAtMs) this.#bytes = Math.min(this.#burst, this.#bytes + (now - this.#filledAtMs) * perMs);
    this.#filledAtMs = now;
  }
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** Minutes since midnight as people at that place count them. */
function minuteOfDayIn(timeZone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (at) => minutesOf(format.format(at)) % MINUTES_A_DAY;
}
