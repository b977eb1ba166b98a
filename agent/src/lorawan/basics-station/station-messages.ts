import type { RegionTable } from '../network-server/regions/region.ts';
import type { DataRate, Reception } from '../radio.ts';

/** What a station says (lorabasics/basicstation src/s2e.c, src/lora.c), as far as a network server listens to it. */
export type StationMessage =
  | { type: 'version'; station: string; model: string; protocol: number }
  /** `hasGpsTime`: the station knows GPS time. */
  | { type: 'frame'; frame: StationFrame; hasGpsTime: boolean }
  | { type: 'transmitted'; diid: number; where: TransmittedWhere }
  | { type: 'timesync'; txtime: number | bigint }
  /** Known and of no use here: proprietary frames, other networks' downlinks, answers to remote commands. */
  | { type: 'other'; name: string };

export type StationFrame = Pick<
  Reception,
  'phyPayload' | 'frequencyHz' | 'dataRate' | 'antennas' | 'context' | 'gpsTimeMs'
>;

/** By which of its two chances a frame went out: stations before 2.0.4 tell its time alone. */
export interface TransmittedWhere {
  xtime: bigint | undefined;
  frequencyHz: number | undefined;
  dataRate: number | undefined;
}

export type StationOutcome = { ok: true; message: StationMessage } | { ok: false; detail: string };

type Fields = Record<string, unknown>;

export function parseStationMessage(json: unknown, region: RegionTable): StationOutcome {
  if (!isFields(json)) return refuse('not an object');
  switch (json.msgtype) {
    case 'version':
      return {
        ok: true,
        message: {
          type: 'version',
          station: textOf(json.station),
          model: textOf(json.model),
          protocol: typeof json.protocol === 'number' ? json.protocol : 0,
        },
      };
    case 'jreq':
      return frameOf(json, joinRequestOf(json), region);
    case 'updf':
      return frameOf(json, dataFrameOf(json), region);
    case 'dntxed':
      return isInteger(json.diid, 0, Number.MAX_SAFE_INTEGER)
        ? { ok: true, message: { type: 'transmitted', diid: json.diid, where: whereOf(json) } }
        : refuse('dntxed without diid');
    case 'timesync':
      return typeof json.txtime === 'number' || typeof json.txtime === 'bigint'
        ? { ok: true, message: { type: 'timesync', txtime: json.txtime } }
        : refuse('timesync without txtime');
    default:
      return typeof json.msgtype === 'string'
        ? { ok: true, message: { type: 'other', name: json.msgtype.slice(0, 32) } }
        : refuse('no msgtype');
  }
}

/** The PHYPayload that the station took apart, put together again: integers are little-endian, the MIC is signed. */
function joinRequestOf(json: Fields): Buffer | undefined {
  const { MHdr, DevNonce, MIC } = json;
  const joinEui = euiOf(json.JoinEui ?? json.JoinEUI);
  const devEui = euiOf(json.DevEui ?? json.DevEUI);
  if (!joinEui || !devEui || !isInteger(MHdr, 0, 0xff) || !isInteger(DevNonce, 0, 0xffff) || !isInt32(MIC)) {
    return undefined;
  }
  const bytes = Buffer.alloc(23);
  bytes.writeUInt8(MHdr, 0);
  joinEui.reverse().copy(bytes, 1);
  devEui.reverse().copy(bytes, 9);
  bytes.writeUInt16LE(DevNonce, 17);
  bytes.writeInt32LE(MIC | 0, 19);
  return bytes;
}

function dataFrameOf({ MHdr, DevAddr, FCtrl, FCnt, FOpts, FPort, FRMPayload, MIC }: Fields): Buffer | undefined {
  const fOpts = hexOf(FOpts, 15);
  const payload = hexOf(FRMPayload, 250);
  if (!isInteger(MHdr, 0, 0xff) || !isInt32(DevAddr) || !isInteger(FCtrl, 0, 0xff)) return undefined;
  if (!isInteger(FCnt, 0, 0xffff) || !isInteger(FPort, -1, 0xff) || !isInt32(MIC) || !fOpts || !payload)
    return undefined;
  if (fOpts.length !== (FCtrl & 0x0f) || (FPort === -1 && payload.length > 0)) return undefined;
  const head = Buffer.alloc(8);
  head.writeUInt8(MHdr, 0);
  head.writeInt32LE(DevAddr | 0, 1);
  head.writeUInt8(FCtrl, 5);
  head.writeUInt16LE(FCnt, 6);
  const mic = Buffer.alloc(4);
  mic.writeInt32LE(MIC | 0, 0);
  return Buffer.concat([head, fOpts, FPort === -1 ? Buffer.alloc(0) : Buffer.of(FPort), payload, mic]);
}

function frameOf(json: Fields, phyPayload: Buffer | undefined, region: RegionTable): StationOutcome {
  if (!phyPayload) return refuse(`${textOf(json.msgtype)} with a field that is missing or out of range`);
  const { upinfo, Freq, DR } = json;
  const dataRate: DataRate | undefined = isInteger(DR, 0, 15) ? region.uplinkDataRates[DR] : undefined;
  if (!isFields(upinfo) || !isInteger(Freq, 1, 10_000_000_000) || !dataRate) return refuse('no upinfo, Freq or DR');
  const { xtime, rctx, rssi, snr, gpstime } = upinfo;
  if (typeof rssi !== 'number' || (typeof xtime !== 'bigint' && !Number.isSafeInteger(xtime))) {
    return refuse('upinfo without rssi or xtime');
  }
  const antenna = typeof rctx === 'number' && Number.isSafeInteger(rctx) ? rctx : 0;
  return {
    ok: true,
    message: {
      type: 'frame',
      hasGpsTime: Number(gpstime) > LONG_AGO_GPS_US,
      frame: {
        phyPayload,
        frequencyHz: Freq,
        dataRate,
        antennas: [{ antenna: antenna & 0xff, rssiDbm: rssi, snrDb: typeof snr === 'number' ? snr : 0 }],
        ...(Number(gpstime) > LONG_AGO_GPS_US && { gpsTimeMs: Number(gpstime) / 1_000 }),
        context: { kind: 'station', xtime: BigInt(xtime as bigint | number), rctx: antenna },
      },
    },
  };
}

/** A station that sees its GPS's pulse and was not told the second yet counts from 0. */
const LONG_AGO_GPS_US = 1e15;

function whereOf({ xtime, Freq, DR }: Fields): TransmittedWhere {
  return {
    xtime: typeof xtime === 'bigint' || Number.isSafeInteger(xtime) ? BigInt(xtime as bigint | number) : undefined,
    frequencyHz: isInteger(Freq, 1, 10_000_000_000) ? Freq : undefined,
    dataRate: isInteger(DR, 0, 15) ? DR : undefined,
  };
}

/** `70-B3-D5-…`, `70:b3:d5:…`, bare hexadecimal, or an ID6 (four groups, zeros left out, `::` once). */
export function euiOf(value: unknown): Buffer | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
    value = value.toString(16).padStart(16, '0');
  if (typeof value === 'bigint') value = value.toString(16).padStart(16, '0');
  if (typeof value !== 'string') return undefined;
  const digits = value.replaceAll(/[-:]/g, '');
  if (/^[0-9a-fA-F]{16}$/.test(digits)) return Buffer.from(digits, 'hex');
  if (!/^[0-9a-fA-F:]{2,19}$/.test(value) || value.split('::').length > 2) return undefined;
  const [head = '', tail] = value.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const left = head === '' ? [] : head;
  const groups =
    tail === undefined ? left : [...left, ...new Array(Math.max(0, 4 - left.length - tail.length)).fill('0'), ...tail];
  if (groups.length !== 4 || groups.some((group) => group.length > 4)) return undefined;
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function hexOf(value: unknown, maxBytes: number): Buffer | undefined {
  if (typeof value !== 'string' || value.length > 2 * maxBytes || !/^([0-9a-fA-F]{2})*$/.test(value)) return undefined;
  return Buffer.from(value, 'hex');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isInteger(value: unknown, minimum: number, maximum: number): value is number {
  return Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum;
}

/** Signed as a station writes it, or unsigned as some simulators do. */
function isInt32(value: unknown): value is number {
  return isInteger(value, -0x8000_0000, 0xffff_ffff);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 64) : '';
}

function refuse(detail: string): StationOutcome {
  return { ok: false, detail };
}
