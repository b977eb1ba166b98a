import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface SentFrame {
  counterUs?: number;
  frequencyMhz?: number;
  dataRate?: string | number;
  rssi?: number;
  snr?: number;
  stat?: number;
  /** Of a forwarder that has a GPS receiver. */
  gpsTimeMs?: number;
}

export interface Txpk {
  tmst?: number;
  imme?: boolean;
  tmms?: number;
  freq: number;
  datr: string | number;
  powe: number;
  modu: string;
  ipol: boolean;
  data: string;
  size: number;
}

export interface Downlink {
  txpk: Txpk;
  phyPayload: Buffer;
  /** Milliseconds since the process started. */
  atMs: number;
}

/** A packet forwarder that speaks the wire and nothing else. */
export class PacketForwarder {
  readonly #socket: Socket;
  readonly #eui: string;
  readonly #version: number;
  readonly #server: { host: string; port: number };
  readonly downlinks: Downlink[] = [];
  readonly acknowledged: number[] = [];
  /** What it says to each PULL_RESP; undefined says nothing. */
  answer: (txpk: Txpk) => unknown = () => ({ txpk_ack: { error: 'NONE' } });
  onDownlink: (downlink: Downlink) => void = () => undefined;
  #token = 0;

  private constructor(socket: Socket, eui: string, version: number, server: { host: string; port: number }) {
    this.#socket = socket;
    this.#eui = eui;
    this.#version = version;
    this.#server = server;
    socket.on('message', (datagram) => this.#onMessage(datagram));
  }

  static async start(address: string, eui = '0016c001f1500812', version = 2): Promise<PacketForwarder> {
    const port = Number(address.slice(address.lastIndexOf(':') + 1));
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const forwarder = new PacketForwarder(socket, eui, version, { host: '127.0.0.1', port });
    await forwarder.pull();
    return forwarder;
  }

  /** Keeps the way back open, and waits until the server has heard it. */
  async pull(): Promise<void> {
    const before = this.acknowledged.length;
    this.#send(2);
    while (this.acknowledged.length === before) await once(this.#socket, 'message');
  }

  push(phyPayload: Buffer, frame: SentFrame = {}): void {
    this.pushJson({ rxpk: [rxpkOf(phyPayload, frame)] });
  }

  pushJson(json: unknown): void {
    this.#send(0, Buffer.from(JSON.stringify(json)));
  }

  pushRaw(datagram: Buffer): void {
    this.#socket.send(datagram, this.#server.port, this.#server.host);
  }

  async close(): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  #send(identifier: number, body: Buffer = Buffer.alloc(0), token = this.#nextToken()): void {
    const header = Buffer.alloc(4);
    header.writeUInt8(this.#version, 0);
    header.writeUInt16BE(token, 1);
    header.writeUInt8(identifier, 3);
    this.pushRaw(Buffer.concat([header, Buffer.from(this.#eui, 'hex'), body]));
  }

  #nextToken(): number {
    this.#token = (this.#token + 1) & 0xffff;
    return this.#token;
  }

  #onMessage(datagram: Buffer): void {
    const identifier = datagram.readUInt8(3);
    if (identifier === 1 || identifier === 4) this.acknowledged.push(datagram.readUInt16BE(1));
    if (identifier !== 3) return;
    const { txpk } = JSON.parse(datagram.toString('utf8', 4)) as { txpk: Txpk };
    const downlink = { txpk, phyPayload: Buffer.from(txpk.data, 'base64'), atMs: performance.now() };
    this.downlinks.push(downlink);
    this.onDownlink(downlink);
    const answer = this.answer(txpk);
    if (answer !== undefined) this.#send(5, Buffer.from(JSON.stringify(answer)), datagram.readUInt16BE(1));
  }
}

export function rxpkOf(phyPayload: Buffer, frame: SentFrame = {}): Record<string, unknown> {
  return {
    tmst: frame.counterUs ?? 1_000_000,
    ...(frame.gpsTimeMs === undefined ? {} : { tmms: frame.gpsTimeMs }),
    freq: frame.frequencyMhz ?? 868.1,
    chan: 0,
    rfch: 0,
    stat: frame.stat ?? 1,
    modu: typeof frame.dataRate === 'number' ? 'FSK' : 'LORA',
    datr: frame.dataRate ?? 'SF7BW125',
    codr: '4/5',
    rssi: frame.rssi ?? -60,
    lsnr: frame.snr ?? 7,
    size: phyPayload.length,
    data: phyPayload.toString('base64'),
  };
}
