import type { Clock } from '../../clock.ts';
import { gpsMilliseconds } from '../gps-time.ts';
import type { RegionTable } from '../network-server/regions/region.ts';
import type { Transmission } from '../radio.ts';
import { stationDataRate } from './router-config.ts';
import type { TransmittedWhere } from './station-messages.ts';

const CLASS_A = 0;
/** By GPS time, in the words of the protocol. */
const CLASS_B = 1;
const CLASS_C = 2;
/** A device listens for its answer but once; a station takes 10 off for a second chance. */
const PRIORITY = { [CLASS_A]: 40, [CLASS_B]: 20, [CLASS_C]: 0 } as const;
/** A group has no DevEUI; a station only repeats it in `dntxed`. */
const NO_DEV_EUI = '00-00-00-00-00-00-00-01';
/** The bits of `xtime` that count; above them are the session and the radio unit (src/ral.h). */
const XTIME_COUNT_BITS = 48;

/** A frame as a station wants it (src/s2e.c, handle_dnmsg); undefined where it cannot be said in this protocol. */
export function downlinkMessage(
  { phyPayload, frequencyHz, dataRate, alternative, time }: Transmission,
  region: RegionTable,
  diid: number,
  /** The antenna for what answers nothing. */
  rctx: number,
  clock: Clock,
): Record<string, unknown> | undefined {
  const number = stationDataRate(region, dataRate);
  if (number === undefined) return undefined;
  const common = (dC: keyof typeof PRIORITY) => ({
    msgtype: 'dnmsg',
    DevEui: NO_DEV_EUI,
    dC,
    diid,
    pdu: phyPayload.toString('hex'),
    priority: PRIORITY[dC],
    MuxTime: clock.now() / 1_000,
  });
  switch (time.kind) {
    case 'afterReception': {
      if (time.context.kind !== 'station') return undefined;
      const second = alternative && stationDataRate(region, alternative.dataRate);
      return {
        ...common(CLASS_A),
        RxDelay: time.delayMs / 1_000,
        RX1DR: number,
        RX1Freq: frequencyHz,
        // Where RX1 is taken by another frame, a station takes RX2.
        ...(alternative && second !== undefined && { RX2DR: second, RX2Freq: alternative.frequencyHz }),
        xtime: time.context.xtime,
        rctx: time.context.rctx,
      };
    }
    case 'at':
      return { ...common(CLASS_B), DR: number, Freq: frequencyHz, gpstime: gpsMilliseconds(time.at) * 1_000, rctx };
    case 'immediate':
      // Without a first window and a time, a station sends as soon as its radio is free: it need not have heard anything.
      return { ...common(CLASS_C), RxDelay: 1, RX2DR: number, RX2Freq: frequencyHz, rctx };
  }
}

/** Whether a frame that had two chances went out by the second. */
export function wentByAlternative(
  { frequencyHz, dataRate, alternative, time }: Transmission,
  region: RegionTable,
  where: TransmittedWhere,
): boolean {
  if (!alternative || time.kind !== 'afterReception' || time.context.kind !== 'station') return false;
  const first = { frequencyHz, dataRate: stationDataRate(region, dataRate) };
  const second = { frequencyHz: alternative.frequencyHz, dataRate: stationDataRate(region, alternative.dataRate) };
  const isAt = (place: typeof first) => where.frequencyHz === place.frequencyHz && where.dataRate === place.dataRate;
  if (isAt(first) !== isAt(second)) return isAt(second);
  if (where.xtime === undefined) return false;
  const passedUs = BigInt.asUintN(XTIME_COUNT_BITS, where.xtime - time.context.xtime);
  return passedUs >= BigInt((time.delayMs + 500) * 1_000);
}

/** GPS time in microseconds at the server, told only while it is known to be right. */
export function timesyncAnswer(txtime: number | bigint, clock: Clock): Record<string, unknown> {
  const now = clock.now();
  const gpstime = Math.round(gpsMilliseconds(now) * 1_000);
  return { msgtype: 'timesync', txtime, MuxTime: now / 1_000, ...(clock.trusted() && { gpstime }) };
}
