import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Ledger } from '../../../agent/src/ledger.ts';
import { createLog } from '../../../agent/src/log.ts';
import { LorawanStage } from '../../../agent/src/lorawan/lorawan-stage.ts';
import { systemClock } from '../../../agent/src/system-clock.ts';
import { MemoryStateStore } from '../../../agent/test/lorawan/memory-state-store.ts';
import { rxpkOf } from '../../../agent/test/lorawan/packet-forwarder.ts';
import { RadioDevice } from '../../../agent/test/lorawan/radio-device.ts';
import { seededRandom } from '../simulate/random.ts';

const EUI = Buffer.from('0016c001f1500812', 'hex');
/** Datagrams that the socket's buffer holds without loss. */
const WINDOW = 64;
const STUCK_MS = 2_000;
const MEGABYTE = 1_048_576;

/** Valid datagrams of every kind: what mutation starts from. */
function seeds(device: RadioDevice): Buffer[] {
  const datagram = (version: number, identifier: number, json?: unknown) =>
    Buffer.concat([
      Buffer.of(version, 1, 2, identifier),
      EUI,
      Buffer.from(json === undefined ? '' : JSON.stringify(json)),
    ]);
  const frames = [
    device.uplink(),
    device.uplink({ fOpts: Buffer.of(2, 3, 7), confirmed: true }),
    new RadioDevice(7).joinRequest(),
  ];
  return [
    ...frames.map((frame) => datagram(2, 0, { rxpk: [rxpkOf(frame)] })),
    datagram(1, 0, { rxpk: frames.map((frame) => rxpkOf(frame)), stat: { rxnb: 3 } }),
    datagram(2, 0, { rxpk: [{ ...rxpkOf(frames[0] ?? Buffer.alloc(0)), rsig: [{ ant: 0, rssic: -1, lsnr: 2 }] }] }),
    datagram(2, 2),
    datagram(2, 5, { txpk_ack: { error: 'TOO_LATE' } }),
  ];
}

function mutate(seed: Buffer, random: () => number): Buffer {
  const bytes = Buffer.from(seed);
  const times = 1 + Math.floor(random() * 4);
  for (let time = 0; time < times; time += 1) {
    const at = Math.floor(random() * bytes.length);
    // Bytes of the JSON as often as of the header: that is where the structure is.
    bytes[at] = random() < 0.5 ? Math.floor(random() * 256) : (bytes[Math.floor(random() * bytes.length)] ?? 0);
  }
  const roll = random();
  if (roll < 0.1) return bytes.subarray(0, Math.floor(random() * bytes.length));
  if (roll < 0.15) return Buffer.concat([bytes, bytes.subarray(Math.floor(random() * bytes.length))]);
  return bytes;
}

/** Sends mutated datagrams to a gateway over a real socket; a crash would end this process. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cycles: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const datagrams = Number(values.cycles);
  const random = seededRandom(Number(values.seed));
  const device = RadioDevice.abp(1);
  const ledger = new Ledger();
  let accepted = 0;
  const stage = new LorawanStage({
    ledger,
    clock: systemClock('trusted'),
    entropy: (bytes) => Buffer.alloc(bytes, Math.floor(random() * 256)),
    state: new MemoryStateStore(),
    log: createLog('silent'),
    sink: async () => {
      accepted += 1;
    },
  });
  const { devEui, devAddr, nwkSKey, appSKey } = device;
  const activation = { mode: 'abp', devAddr, nwkSKey, appSKey } as const;
  await stage.apply(
    { region: 'EU868', netId: '000000', sources: [{ id: 'fuzz', type: 'semtech-udp', host: '127.0.0.1', port: 0 }] },
    [{ id: 'lamp', model: 'acme/lamp', lorawan: { devEui, macVersion: '1.0.3', class: 'A', activation } }],
  );
  const port = Number(stage.status().sources[0]?.address.split(':').at(-1));
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const beganMs = performance.now();
  const received = () => ledger.snapshot()['lorawan.datagrams']?.in ?? 0;
  const corpus = seeds(device);
  let baseline = 0;
  for (let sent = 0; sent < datagrams; sent += WINDOW) {
    // V8 lets its heap grow to what the flood asks for; what grows after that would be a leak.
    if (sent >= datagrams / 2 && baseline === 0) baseline = process.memoryUsage().rss;
    if (sent % 102400 < WINDOW) { const m = process.memoryUsage(); console.error(sent, Math.round(m.rss/1e5)/10, Math.round(m.heapTotal/1e5)/10, Math.round(m.heapUsed/1e5)/10, Math.round(m.external/1e5)/10, Math.round(m.arrayBuffers/1e5)/10); }
    const before = received();
    for (let i = 0; i < WINDOW; i += 1) {
      const seed = corpus[Math.floor(random() * corpus.length)];
      if (seed) socket.send(mutate(seed, random), port, '127.0.0.1');
    }
    const deadline = performance.now() + STUCK_MS;
    while (received() < before + WINDOW && performance.now() < deadline) await new Promise(setImmediate);
  }
  const snapshot = ledger.snapshot();
  const memoryGrowthMb = Math.round((process.memoryUsage().rss - baseline) / MEGABYTE);
  socket.close();
  await stage.stop();
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  if (!values.json) console.error(JSON.stringify(snapshot, undefined, 2));
  console.log(JSON.stringify({ datagrams: received(), accepted, crashes: 0, memoryGrowthMb, seconds }));
}

await main();
