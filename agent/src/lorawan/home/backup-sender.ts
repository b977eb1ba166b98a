import { type HomeReport, MAX_BACKUP_DEVICES, PROTOCOL_VERSION } from '@vigie/contract';
import type { Stage } from '../../ledger.ts';

export type BackupReport = Extract<HomeReport, { kind: 'backup' }>;
export type DeviceBackup = BackupReport['devices'][number];

const GATHER_MS = 50;
const RESEND_MS = 15_000;
/** A message stays well below what the fleet server takes at once, whatever DevNonces its devices have used. */
const MAX_REPORT_BYTES = 262_144;

export interface BackupSenderOptions {
  /** One for each backup of a device: out when it is acknowledged. */
  stage: Stage;
  /** What is to be said of a device now; undefined where nothing is. */
  entryOf(devEui: string): DeviceBackup | undefined;
}

interface InFlight {
  number: number;
  devices: DeviceBackup[];
  waiting: (() => void)[];
}

/** Brings backups to the fleet server: gathered, one message at a time, until it has acknowledged them. */
export class BackupSender {
  readonly #options: BackupSenderOptions;
  #send: ((report: BackupReport) => void) | undefined;
  #number = 0;
  #inFlight: InFlight | undefined;
  readonly #due = new Set<string>();
  readonly #waiting = new Map<string, (() => void)[]>();
  #timer: NodeJS.Timeout | undefined;
  #resend: NodeJS.Timeout | undefined;

  constructor(options: BackupSenderOptions) {
    this.#options = options;
    options.stage.holds(() => this.#inFlight?.devices.length ?? 0);
  }

  /** There is something to be said of these devices. */
  due(devEuis: Iterable<string>): void {
    for (const devEui of devEuis) this.#due.add(devEui);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, GATHER_MS).unref();
  }

  /** Resolves when the server has what is due of the device, or soon; at once while it is out of reach. */
  async reach(devEui: string, withinMs: number): Promise<void> {
    if (!this.#send) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#waiting.set(devEui, [...(this.#waiting.get(devEui) ?? []), done]);
    });
  }

  up(send: (report: BackupReport) => void): void {
    this.#send = send;
    this.due([]);
  }

  down(): void {
    this.#send = undefined;
    this.#takeBack('CONNECTION_LOST');
    for (const waiting of this.#waiting.values()) for (const done of waiting) done();
    this.#waiting.clear();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#resend);
    this.down();
  }

  /**
   * The server's word on a message: `take` notes what it says of each of its devices, before anybody hears that it came.
   * Answers whether there was such a message.
   */
  kept(number: number, stale: readonly string[], take: (entry: DeviceBackup, isStale: boolean) => void): boolean {
    const sent = this.#inFlight;
    if (sent?.number !== number) return false;
    clearTimeout(this.#resend);
    this.#inFlight = undefined;
    for (const entry of sent.devices) {
      const isStale = stale.includes(entry.devEui);
      if (isStale) this.#options.stage.drop('LORAWAN_HOME_ELSEWHERE');
      else this.#options.stage.out();
      take(entry, isStale);
    }
    for (const done of sent.waiting) done();
    this.due([]);
    return true;
  }

  #flush(): void {
    if (!this.#send || this.#inFlight || this.#due.size === 0) return;
    const sent: InFlight = { number: ++this.#number, devices: [], waiting: [] };
    let bytes = 0;
    for (const devEui of this.#due) {
      if (sent.devices.length === MAX_BACKUP_DEVICES || bytes > MAX_REPORT_BYTES) break;
      this.#due.delete(devEui);
      sent.waiting.push(...(this.#waiting.get(devEui) ?? []));
      this.#waiting.delete(devEui);
      const entry = this.#options.entryOf(devEui);
      if (!entry) continue;
      sent.devices.push(entry);
      bytes += JSON.stringify(entry).length;
    }
    if (sent.devices.length === 0) {
      for (const done of sent.waiting) done();
      return;
    }
    this.#options.stage.in(sent.devices.length);
    this.#inFlight = sent;
    this.#resend = setTimeout(() => {
      this.#takeBack('ACKNOWLEDGEMENT_TIMEOUT');
      this.due([]);
    }, RESEND_MS).unref();
    this.#send({ v: PROTOCOL_VERSION, kind: 'backup', number: sent.number, devices: sent.devices });
  }

  #takeBack(reason: string): void {
    clearTimeout(this.#resend);
    const sent = this.#inFlight;
    this.#inFlight = undefined;
    if (!sent) return;
    this.#options.stage.drop(reason, sent.devices.length);
    for (const { devEui } of sent.devices) this.#due.add(devEui);
    for (const done of sent.waiting) done();
  }
}
