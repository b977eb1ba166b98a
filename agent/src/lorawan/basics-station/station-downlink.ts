import type { Clock } from '../../clock.ts';
import { gpsMilliseconds } from '../gps-time.ts';
import type { RegionTable } from '../network-server/regions/region.ts';
import type { Transmission } from '../radio.ts';
import { stationDataRate } from './router-config.ts';

const CLASS_A = 0;
/** By GPS time, in the words of the protocol. */
const CLASS_B = 1;
const CLASS_C = 2;
/** A group has no DevEUI; a station only repeats it in `dntxed`. */
const NO_DEV_EUI = '00-00-00-00-00-00-00-01';
/** How far ahead a frame at once is planned, so that it reaches the station before its time. */
const LEAD_US = 250_000n;

/** Time at the station when it was heard last. */
export interface StationTime {
  xtime: bigint;
  rctx: number;
  atMs: number;
}

/** A frame as a station wants it (src/s2e.c, handle_dnmsg); undefined where it cannot be said in this protocol. */
export function downlinkMessage(
  { phyPayload, frequencyHz, dataRate, alternative, time }: Transmission,
  region: RegionTable,
  diid: number,
  heard: StationTime | undefined,
  clock: Clock,
): Record<string, unknown> | undefined {
  const number = stationDataRate(region, dataRate);
  if (number === undefined) return undefined;
  const common = {
    msgtype: 'dnmsg',
    DevEui: NO_DEV_EUI,
    diid,
    pdu: phyPayload.toString('hex'),
    priority: 0,
    MuxTime: clock.now() / 1_000,
  };
  if (time.kind === 'afterReception') {
    if (time.context.kind !== 'station') return undefined;
    const { xtime, rctx } = time.context;
    const RxDelay = time.delayMs / 1_000;
    const second = alternative && stationDataRate(region, alternative.dataRate);
    return {
      ...common,
      dC: CLASS_A,
      RxDelay,
      RX1DR: number,
      RX1Freq: frequencyHz,
      // A station keeps its own duty cycle: where RX1 has none left it takes RX2.
      ...(alternative && second !== undefined && { RX2DR: second, RX2Freq: alternative.frequencyHz }),
      xtime,
      rctx,
    };
  }
  if (time.kind === 'at') {
    return {
      ...common,
      dC: CLASS_B,
      DR: number,
      Freq: frequencyHz,
      gpstime: gpsMilliseconds(time.at) * 1_000,
      rctx: heard?.rctx ?? 0,
    };
  }
  // The station's clock is only known from what it heard: without that there is no "now" to name.
  if (!heard) return undefined;
  const elapsedUs = BigInt(Math.round((clock.monotonicMs() - heard.atMs) * 1_000));
  // The station adds RxDelay, at least a second.
  const xtime = heard.xtime + elapsedUs + LEAD_US - 1_000_000n;
  return { ...common, dC: CLASS_C, RxDelay: 1, RX1DR: number, RX1Freq: frequencyHz, xtime, rctx: heard.rctx };
}

/** GPS time in microseconds at the server, told only while it is known to be right. */
export function timesyncAnswer(txtime: number | bigint, clock: Clock): Record<string, unknown> {
  const now = clock.now();
  const gpstime = Math.round(gpsMilliseconds(now) * 1_000);
  return { msgtype: 'timesync', txtime, MuxTime: now / 1_000, ...(clock.trusted() && { gpstime }) };
}
