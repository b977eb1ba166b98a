import type { BoundedLog } from '../bounded-log.ts';
import type { Clock } from '../clock.ts';
import type { Ledger, Stage } from '../ledger.ts';
import { type AirtimeStatus, DutyCycle } from './network-server/duty-cycle.ts';
import type { RegionTable } from './network-server/regions/region.ts';
import { timeOnAirMs } from './network-server/time-on-air.ts';
import { dataRateName, type Transmission, type TransmitOutcome } from './radio.ts';
import { type SourcePower, TransmitPower } from './transmit-power.ts';

export interface TransmitterOptions {
  clock: Clock;
  ledger: Ledger;
  log: BoundedLog;
  region(): RegionTable;
  transmit(source: string, transmission: Transmission): Promise<TransmitOutcome>;
  /** What the document says of the power of a source. */
  power(source: string): SourcePower;
  /** What became of a downlink, in words. */
  onDone(text: string): void;
}

/** A frame on its way out; `region` is the one that holds for its device, where that is not the network's. */
export type OutgoingFrame = Omit<Transmission, 'eirpDbm'> & { region?: RegionTable };

/** The one way out: sees to it that every downlink is counted, allowed, and not louder than the region permits. */
export class Transmitter {
  readonly #options: TransmitterOptions;
  readonly #stage: Stage;
  readonly #dutyCycle = new DutyCycle();
  readonly #power = new TransmitPower();
  #underWay = 0;

  constructor(options: TransmitterOptions) {
    this.#options = options;
    this.#stage = options.ledger.stage('lorawan.downlinks');
    this.#stage.holds(() => this.#underWay);
  }

  airtime(): AirtimeStatus[] {
    return this.#dutyCycle.status(this.#options.clock.monotonicMs());
  }

  async send(source: string, frame: OutgoingFrame): Promise<TransmitOutcome> {
    const { alternative, region: _region, ...first } = frame;
    const airtime = this.#reserve(frame, frame);
    this.#stage.in();
    if (!airtime) {
      const outcome: TransmitOutcome = { kind: 'refused', reason: 'DUTY_CYCLE' };
      this.#count(outcome, frame);
      return outcome;
    }
    // A gateway that may choose must be allowed either.
    const second = alternative && this.#reserve(frame, alternative);
    this.#underWay += 1;
    const outcome = await this.#transmit(source, { ...first, ...(second && { alternative }) });
    this.#underWay -= 1;
    const took = outcome.kind === 'accepted' && outcome.byAlternative === true ? second : airtime;
    for (const reserved of [airtime, second]) {
      if (outcome.kind === 'refused' || reserved !== took) reserved?.release();
    }
    this.#count(outcome, took === second && alternative ? { ...frame, ...alternative } : frame);
    return outcome;
  }

  /** As loud as the region, the document and the gateway allow. */
  async #transmit(source: string, frame: Omit<Transmission, 'eirpDbm'>): Promise<TransmitOutcome> {
    const { region, power, transmit, clock, log } = this.#options;
    const { gatewayEui, frequencyHz } = frame;
    const allowedDbm = region().downlinkEirpDbm(frequencyHz);
    let outcome: TransmitOutcome = { kind: 'refused', reason: 'TX_POWER' };
    for (const eirpDbm of this.#power.candidates(gatewayEui, allowedDbm, power(source), clock.monotonicMs())) {
      outcome = await transmit(source, { ...frame, eirpDbm });
      if (outcome.kind !== 'refused' || outcome.reason !== 'TX_POWER') return outcome;
      this.#power.refuse(gatewayEui, eirpDbm, clock.monotonicMs());
      log.warn('LORAWAN_TX_POWER', { gateway: gatewayEui, powerDbm: eirpDbm });
    }
    return outcome;
  }

  /** Airtime in the sub-band; undefined where there is none, or the frame is longer than the region allows. */
  #reserve(
    { gatewayEui, phyPayload, region: own }: OutgoingFrame,
    { frequencyHz, dataRate }: NonNullable<Transmission['alternative']>,
  ): ReturnType<DutyCycle['reserve']> {
    const region = own ?? this.#options.region();
    const durationMs = timeOnAirMs(dataRate, phyPayload.length);
    if (region.maxDwellMs !== undefined && durationMs > region.maxDwellMs) return undefined;
    return this.#dutyCycle.reserve(region, { gatewayEui, frequencyHz, durationMs }, this.#options.clock.monotonicMs());
  }

  #count(outcome: TransmitOutcome, frame: OutgoingFrame): void {
    const { log, onDone } = this.#options;
    const { gatewayEui, frequencyHz, dataRate, phyPayload, time } = frame;
    const when = whenOf(time);
    const reason = outcome.kind === 'refused' ? ` (${outcome.reason})` : '';
    const where = `${frequencyHz / 1e6} MHz ${dataRateName(dataRate)}`;
    onDone(`${phyPayload.length} bytes, ${where}, ${when}, by ${gatewayEui}: ${outcome.kind}${reason}`);
    const fields = { gateway: gatewayEui, frequencyHz };
    if (outcome.kind === 'accepted' || outcome.kind === 'handed') {
      this.#stage.out();
    } else if (outcome.kind === 'unanswered') {
      this.#stage.drop('LORAWAN_TX_UNANSWERED');
      log.warn('LORAWAN_TX_UNANSWERED', fields);
    } else {
      const code = outcome.reason === 'DUTY_CYCLE' ? 'LORAWAN_DUTY_CYCLE' : 'LORAWAN_TX_REFUSED';
      this.#stage.drop(code);
      log.warn(code, { ...fields, reason: outcome.reason });
    }
  }
}

function whenOf(time: Transmission['time']): string {
  switch (time.kind) {
    case 'immediate':
      return 'at once';
    case 'at':
      return `at ${new Date(time.at).toISOString()}`;
    case 'afterReception':
      return `${time.delayMs / 1_000} s after the uplink`;
  }
}
