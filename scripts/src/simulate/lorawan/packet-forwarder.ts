import { createSocket, type Socket } from 'node:dgram';

const VERSION = 2;
const PUSH_DATA = 0;
const PUSH_ACK = 1;
const PULL_DATA = 2;
const PULL_RESP = 3;
const PULL_ACK = 4;
const TX_ACK = 5;
const KEEP_ALIVE_MS = 5_000;
const STAT_MS = 30_000;
/** A concentrator needs this long to get a frame ready. */
const TX_LEAD_US = 20_000;

/** What the concentrator reports of a reception, without the frame (PROTOCOL.TXT, rxpk). */
export interface Reception {
  freq: number;
  datr: string;
  rssi: number;
  lsnr: number;
  /** Microseconds of the concentrator's counter at the end of the frame. */
  tmst: number;
}

/** A frame that the network asked to send (txpk). */
export interface TxPacket {
  tmst?: number;
  imme?: boolean;
  freq: number;
  datr: string;
  data: string;
}

export interface ForwarderOptions {
  eui: string;
  host: string;
  port: number;
  position: { latitude: number; longitude: number };
  /** How far its wall clock is off, and where its counter begins. */
  clock?: { offsetMs: number; counterUs: number };
  /** A frame goes on the air; called when its time has come. */
  onTransmit: (packet: TxPacket) => void;
}

/** A packet forwarder as it runs on a gateway: Semtech UDP (GWMP v2), one datagram per frame, never a second try. */
export class PacketForwarder {
  readonly counts = { sent: 0, acknowledged: 0, pullAcknowledged: 0, transmitted: 0, tooLate: 0 };
  readonly #options: ForwarderOptions;
  readonly #eui: Buffer;
  readonly #socket: Socket;
  readonly #beganMs = performance.now();
  readonly #awaited = new Map<number, () => void>();
  readonly #timers: NodeJS.Timeout[] = [];
  #token = 0;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#eui = Buffer.from(options.eui, 'hex');
    this.#socket = createSocket('udp4');
    this.#socket.on('message', (message) => this.#receive(message));
    // A server that is not there yet answers with ICMP port unreachable.
    this.#socket.on('error', () => undefined);
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.connect(this.#options.port, this.#options.host, () => resolve()));
    this.#pull();
    this.#timers.push(setInterval(() => this.#pull(), KEEP_ALIVE_MS));
    this.#timers.push(setInterval(() => this.#stat(), STAT_MS));
    this.#stat();
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  /** The 32-bit microsecond counter of the concentrator. */
  get tmst(): number {
    const beganUs = this.#options.clock?.counterUs ?? 0;
    return (beganUs + Math.floor((performance.now() - this.#beganMs) * 1_000)) % 0x1_0000_0000;
  }

  /** Hands a received frame to the network; `acknowledged` is called when it arrived there. */
  push(phyPayload: Buffer, { freq, datr, rssi, lsnr, tmst }: Reception, acknowledged: () => void): void {
    const rxpk = {
      tmst,
      time: this.#now().toISOString(),
      chan: 0,
      rfch: 0,
      freq,
      stat: 1,
      modu: 'LORA',
      datr,
      codr: '4/5',
      rssi,
      lsnr,
      size: phyPayload.length,
      data: phyPayload.toString('base64'),
    };
    const token = this.#send(PUSH_DATA, { rxpk: [rxpk] });
    this.#awaited.set(token, acknowledged);
    this.counts.sent += 1;
  }

  #now(): Date {
    return new Date(Date.now() + (this.#options.clock?.offsetMs ?? 0));
  }

  #stat(): void {
    const { latitude, longitude } = this.#options.position;
    const { sent, acknowledged, transmitted } = this.counts;
    const ackr = sent === 0 ? 100 : Math.round((acknowledged / sent) * 1_000) / 10;
    const time = this.#now().toISOString().replace('T', ' ').replace(/\..*/, ' GMT');
    const stat = { time, lati: latitude, long: longitude, alti: 35, rxnb: sent, rxok: sent, rxfw: sent, ackr };
    this.#send(PUSH_DATA, { stat: { ...stat, dwnb: transmitted, txnb: transmitted } });
  }

  #pull(): void {
    this.#send(PULL_DATA);
  }

  #send(kind: number, body?: unknown, token = this.#nextToken()): number {
    const head = Buffer.concat([Buffer.of(VERSION, token >> 8, token & 0xff, kind), this.#eui]);
    this.#socket.send(
      body === undefined ? head : Buffer.concat([head, Buffer.from(JSON.stringify(body))]),
      () => undefined,
    );
    return token;
  }

  #nextToken(): number {
    this.#token = (this.#token + 1) & 0xffff;
    // Nothing is awaited for as long as the tokens take to come round.
    this.#awaited.delete(this.#token);
    return this.#token;
  }

  #receive(message: Buffer): void {
    if (message.length < 4 || message[0] !== VERSION) return;
    const token = message.readUInt16BE(1);
    switch (message[3]) {
      case PUSH_ACK: {
        const acknowledged = this.#awaited.get(token);
        if (!acknowledged) return;
        this.#awaited.delete(token);
        this.counts.acknowledged += 1;
        acknowledged();
        return;
      }
      case PULL_ACK:
        this.counts.pullAcknowledged += 1;
        return;
      case PULL_RESP:
        this.#transmit(token, message.subarray(4));
    }
  }

  #transmit(token: number, json: Buffer): void {
    const { txpk } = JSON.parse(json.toString('utf8')) as { txpk: TxPacket };
    const aheadUs = txpk.imme || txpk.tmst === undefined ? TX_LEAD_US : (txpk.tmst - this.tmst) | 0;
    if (aheadUs < TX_LEAD_US) {
      this.counts.tooLate += 1;
      this.#send(TX_ACK, { txpk_ack: { error: 'TOO_LATE' } }, token);
      return;
    }
    this.#send(TX_ACK, { txpk_ack: { error: 'NONE' } }, token);
    this.#timers.push(
      setTimeout(() => {
        this.counts.transmitted += 1;
        this.#options.onTransmit(txpk);
      }, aheadUs / 1_000),
    );
  }
}
