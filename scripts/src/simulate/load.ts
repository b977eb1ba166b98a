import { createSocket } from 'node:dgram';
import type { CityNode } from './city.ts';
import type { Hooks, SimulateOptions } from './simulate-options.ts';
import { Truth } from './truth.ts';

const EUI = Buffer.from('0016c001f1500001', 'hex');
const TICK_MS = 10;
const LAST_ACK_MS = 2_000;
const DEFAULT_RATE = 100;
const DEFAULT_SECONDS = 10;

interface MadeFrame {
  node: CityNode;
  fCnt: number;
  datagram: Buffer;
  readings: Parameters<Truth['add']>[0]['readings'];
}

/**
 * Sends `rate × duration` frames that were made beforehand, so that a bench measures the receiver and not this. Each is
 * one datagram of one antenna; what was acknowledged goes into the truth as in the living city.
 */
export async function runLoad(options: SimulateOptions, nodes: readonly CityNode[], hooks: Hooks): Promise<object> {
  const rate = options.rate ?? DEFAULT_RATE;
  const seconds = options.duration ?? DEFAULT_SECONDS;
  const [host = '127.0.0.1', port = ''] = (options.udp ?? '').split(':');
  const abp = nodes.filter(({ mac }) => mac.joined);
  const frames = makeFrames(abp, options.count ?? Math.round(rate * seconds));
  const truth = new Truth(options.truth);
  const awaited = new Map<number, MadeFrame>();
  const counts = { sent: 0, acknowledged: 0 };
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  socket.on('message', (message) => {
    if (message.length < 4 || message[3] !== 1) return;
    const token = message.readUInt16BE(1);
    const frame = awaited.get(token);
    if (!frame) return;
    awaited.delete(token);
    counts.acknowledged += 1;
    const key = `${frame.node.devEui}:${frame.fCnt}`;
    truth.add({ device: frame.node.id, protocol: 'lorawan', key, at: Date.now(), readings: frame.readings });
  });
  await new Promise<void>((resolve) => socket.connect(Number(port), host, () => resolve()));
  hooks.ready({ lorawan: abp.length, modbus: 0, tcpPorts: [] });
  let stopped = false;
  hooks.stopped.then(
    () => {
      stopped = true;
    },
    () => undefined,
  );
  const beganMs = performance.now();
  while (!stopped && counts.sent < frames.length) {
    const due = Math.min(frames.length, Math.floor(((performance.now() - beganMs) / 1_000) * rate));
    for (; counts.sent < due; counts.sent += 1) {
      const frame = frames[counts.sent];
      if (!frame) break;
      awaited.set(frame.datagram.readUInt16BE(1), frame);
      socket.send(frame.datagram);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const sendSeconds = (performance.now() - beganMs) / 1_000;
  await new Promise((resolve) => setTimeout(resolve, LAST_ACK_MS));
  socket.close();
  await truth.close();
  return { devices: abp.length, ...counts, emitted: truth.total, seconds: Math.round(sendSeconds * 10) / 10 };
}

function makeFrames(nodes: readonly CityNode[], count: number): MadeFrame[] {
  const frames: MadeFrame[] = [];
  const now = Date.now();
  for (let index = 0; index < count; index += 1) {
    const node = nodes[index % nodes.length];
    if (!node) throw new Error('a load needs ABP devices: raise --devices');
    const { phyPayload, data } = node.mac.transmit(now + index * 1_000, now);
    if (!data) throw new Error(`${node.id} has not joined`);
    frames.push({ node, fCnt: data.fCnt, datagram: datagram(index, phyPayload), readings: data.uplink.readings });
  }
  return frames;
}

function datagram(index: number, phyPayload: Buffer): Buffer {
  const token = index & 0xffff;
  const rxpk = {
    tmst: (index * 1_000) >>> 0,
    freq: 868.1,
    chan: 0,
    rfch: 0,
    stat: 1,
    modu: 'LORA',
    datr: 'SF7BW125',
    codr: '4/5',
    rssi: -80,
    lsnr: 7,
    size: phyPayload.length,
    data: phyPayload.toString('base64'),
  };
  return Buffer.concat([Buffer.of(2, token >> 8, token & 0xff, 0), EUI, Buffer.from(JSON.stringify({ rxpk: [rxpk] }))]);
}
