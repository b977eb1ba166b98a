import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { LorawanDeviceConfig } from '@vigie/contract';
import { AesKey } from '../../../agent/src/lorawan/network-server/aes-key.ts';
import { cryptPayload, dataMic } from '../../../agent/src/lorawan/network-server/frame-security.ts';

/** What a process of its own sends to a gateway: it runs apart so that it does not count as the gateway's work. */
export interface LoadOrder {
  port: number;
  devices: number;
  /** First frame counter, and frames of each device. */
  fCntFrom: number;
  frames: number;
  /** Absent: as fast as the gateway acknowledges. */
  perSecond?: number;
  /** Every so many frames ask for an answer (LinkCheckReq); 0 for none. */
  answerEvery: number;
}

export interface LoadResult {
  sent: number;
  asked: number;
  /** Milliseconds from sending an uplink to having its downlink in hand, for RX1. */
  rx1HandoffMs: number[];
  /** Downlinks that came for RX2. */
  rx2: number;
}

const EUI = Buffer.from('0016c001f1500812', 'hex');
const KEY = '000102030405060708090a0b0c0d0e0f';
const NWK_S_KEY = AesKey.fromHex(KEY);
/** Datagrams under way: about what a socket buffer holds without loss. */
const WINDOW = 128;
const DRAIN_MS = 3_000;
const RX2_MHZ = 923.3;

export function benchDevices(count: number): LorawanDeviceConfig[] {
  return Array.from({ length: count }, (_none, index) => ({
    id: `spot-${index}`,
    model: 'bosch/tps110',
    lorawan: {
      devEui: index.toString(16).padStart(16, '0'),
      macVersion: '1.0.3',
      class: 'A',
      activation: { mode: 'abp', devAddr: index.toString(16).padStart(8, '0'), nwkSKey: KEY, appSKey: KEY },
    },
  }));
}

class Load {
  readonly #order: LoadOrder;
  readonly #socket: Socket;
  readonly #sentAt = new Map<number, number>();
  readonly #result: LoadResult = { sent: 0, asked: 0, rx1HandoffMs: [], rx2: 0 };
  #acknowledged = 0;
  #pulled = false;

  constructor(order: LoadOrder, socket: Socket) {
    this.#order = order;
    this.#socket = socket;
    socket.on('message', (datagram) => this.#onMessage(datagram));
  }

  async run(): Promise<LoadResult> {
    this.#send(2, Buffer.alloc(0));
    while (!this.#pulled) await once(this.#socket, 'message');
    const { devices, frames, fCntFrom } = this.#order;
    const beganMs = performance.now();
    for (let frame = 0; frame < frames; frame += 1) {
      for (let device = 0; device < devices; device += 1) {
        await this.#pace(beganMs);
        this.#uplink(device, fCntFrom + frame);
      }
    }
    const endMs = performance.now() + DRAIN_MS;
    const isOpen = () => this.#acknowledged < this.#result.sent || this.#sentAt.size > 0;
    while (isOpen() && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 20));
    return this.#result;
  }

  async #pace(beganMs: number): Promise<void> {
    const { perSecond } = this.#order;
    if (perSecond === undefined) {
      while (this.#result.sent - this.#acknowledged >= WINDOW) await once(this.#socket, 'message');
      return;
    }
    const dueMs = beganMs + (this.#result.sent * 1_000) / perSecond;
    while (performance.now() < dueMs) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  #uplink(device: number, fCnt: number): void {
    const { answerEvery } = this.#order;
    const asks = answerEvery > 0 && this.#result.sent % answerEvery === 0;
    const data = uplinkOf(device, fCnt, asks).toString('base64');
    const rxpk = {
      tmst: Math.floor(performance.now() * 1_000) % 2 ** 32,
      freq: 902.5,
      stat: 1,
      modu: 'LORA',
      datr: 'SF7BW125',
      codr: '4/5',
      rssi: -60,
      lsnr: 8,
      size: 17,
      data,
    };
    if (asks) {
      this.#result.asked += 1;
      this.#sentAt.set(device, performance.now());
    }
    this.#result.sent += 1;
    this.#send(0, Buffer.from(JSON.stringify({ rxpk: [rxpk] })));
  }

  #send(identifier: number, body: Buffer, token: Buffer = Buffer.of(0, 0)): void {
    const datagram = Buffer.concat([Buffer.of(2), token, Buffer.of(identifier), EUI, body]);
    this.#socket.send(datagram, this.#order.port, '127.0.0.1');
  }

  #onMessage(datagram: Buffer): void {
    const identifier = datagram.readUInt8(3);
    if (identifier === 1) this.#acknowledged += 1;
    if (identifier === 4) this.#pulled = true;
    if (identifier !== 3) return;
    const nowMs = performance.now();
    this.#send(5, Buffer.alloc(0), datagram.subarray(1, 3));
    const { txpk } = JSON.parse(datagram.toString('utf8', 4)) as { txpk: { data: string; freq: number; datr: string } };
    const device = Buffer.from(txpk.data, 'base64').readUInt32LE(1);
    const sentMs = this.#sentAt.get(device);
    this.#sentAt.delete(device);
    if (sentMs === undefined) return;
    if (txpk.freq === RX2_MHZ && txpk.datr === 'SF12BW500') this.#result.rx2 += 1;
    else this.#result.rx1HandoffMs.push(nowMs - sentMs);
  }
}

/** An unconfirmed uplink of a parking sensor, with a LinkCheckReq in FOpts if it asks for an answer. */
function uplinkOf(devAddr: number, fCnt: number, asks: boolean): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt8(0x40, 0);
  head.writeUInt32LE(devAddr, 1);
  head.writeUInt8(asks ? 1 : 0, 5);
  head.writeUInt16LE(fCnt & 0xffff, 6);
  const payload = cryptPayload(NWK_S_KEY, 'up', devAddr, fCnt, Buffer.of(fCnt & 1));
  const signed = Buffer.concat([head, asks ? Buffer.of(0x02) : Buffer.alloc(0), Buffer.of(1), payload]);
  return Buffer.concat([signed, dataMic(NWK_S_KEY, 'up', devAddr, fCnt, signed)]);
}

/** The other end of `fork`: one order, one result. */
async function serve(order: LoadOrder): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const result = await new Load(order, socket).run();
  socket.close();
  process.send?.(result);
}

if (import.meta.main)
  process.on('message', (order: LoadOrder) => {
    serve(order).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  });
