import { once } from 'node:events';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import { parseBigJson, stringifyBigJson } from '../../src/lorawan/basics-station/big-json.ts';

export const STATION_EUI = '70b3d57ed0000001';
/** Beyond 2^53, with the radio unit in its upper bits. */
export const XTIME = 40_532_396_646_334_463n;

export type Message = Record<string, unknown>;

/** A station as the protocol describes it, which takes frames apart as `s2e_parse_lora_frame` does. */
export class StationClient {
  readonly socket: WebSocket;
  readonly received: Message[] = [];
  pings = 0;

  /** `autoPong: false`: as stations before 2.0.4, which answer no ping. */
  constructor(uri: string, { token, autoPong = true }: { token?: string | undefined; autoPong?: boolean } = {}) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.socket = new WebSocket(uri, { headers, autoPong });
    this.socket.on('ping', () => {
      this.pings += 1;
    });
    this.socket.on('message', (data) => void this.received.push(parseBigJson(String(data)) as Message));
  }

  static async connect(address: string, options: { token?: string; autoPong?: boolean } = {}): Promise<StationClient> {
    const station = new StationClient(`ws://${address}/router/${STATION_EUI}`, options);
    await once(station.socket, 'open');
    station.send({ msgtype: 'version', station: '2.0.6(linux/std)', model: 'linux', protocol: 2, features: '' });
    await station.sees('router_config');
    return station;
  }

  of(msgtype: string): Message[] {
    return this.received.filter((message) => message.msgtype === msgtype);
  }

  /** The `count`-th message of this kind, once it is there. */
  sees(msgtype: string, count = 1): Promise<Message> {
    const look = () => {
      const message = this.of(msgtype)[count - 1];
      if (!message) throw new Error(`${this.of(msgtype).length} ${msgtype} instead of ${count}`);
      return message;
    };
    return vi.waitFor(look, { timeout: 10_000 });
  }

  send(message: Message): void {
    this.socket.send(stringifyBigJson(message));
  }

  hears(phyPayload: Buffer, { gpstime = 0, rctx = 0 } = {}): void {
    const upinfo = { rctx, xtime: XTIME, gpstime, rssi: -50, snr: 9.25 };
    this.send({ ...fieldsOf(phyPayload), DR: 5, Freq: 868_100_000, upinfo });
  }

  /** Reports that it sent the frame of a `dnmsg`. */
  transmitted({ diid, DevEui }: Message, where: Message = {}): void {
    this.send({ msgtype: 'dntxed', diid, seqno: diid, DevEui, rctx: 0, ...where });
  }
}

export function fieldsOf(bytes: Buffer): Message {
  const MHdr = bytes.readUInt8(0);
  const MIC = bytes.readInt32LE(bytes.length - 4);
  const eui = (offset: number) =>
    Buffer.from(bytes.subarray(offset, offset + 8))
      .reverse()
      .toString('hex')
      .replace(/..(?!$)/g, '$&-')
      .toUpperCase();
  if (MHdr === 0) {
    return { msgtype: 'jreq', MHdr, JoinEui: eui(1), DevEui: eui(9), DevNonce: bytes.readUInt16LE(17), MIC };
  }
  const fOptsEnd = 8 + (bytes.readUInt8(5) & 0x0f);
  const hasPort = fOptsEnd < bytes.length - 4;
  return {
    msgtype: 'updf',
    MHdr,
    DevAddr: bytes.readInt32LE(1),
    FCtrl: bytes.readUInt8(5),
    FCnt: bytes.readUInt16LE(6),
    FOpts: bytes.toString('hex', 8, fOptsEnd),
    FPort: hasPort ? bytes.readUInt8(fOptsEnd) : -1,
    FRMPayload: hasPort ? bytes.toString('hex', fOptsEnd + 1, bytes.length - 4) : '',
    MIC,
  };
}
