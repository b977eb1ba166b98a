import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { BoundedLog } from '../../../agent/src/bounded-log.ts';
import { Ledger } from '../../../agent/src/ledger.ts';
import { createLog } from '../../../agent/src/log.ts';
import { LorawanStage } from '../../../agent/src/lorawan/lorawan-stage.ts';
import { systemClock } from '../../../agent/src/system-clock.ts';
import { MemoryStateStore } from '../../../agent/test/lorawan/memory-state-store.ts';
import { rxpkOf } from '../../../agent/test/lorawan/packet-forwarder.ts';
import { RadioDevice } from '../../../agent/test/lorawan/radio-device.ts';
import { PROGRAMS } from '../release/programs.ts';
import { seededRandom } from '../simulate/random.ts';

const EUI = Buffer.from('0016c001f1500812', 'hex');
/** Datagrams that the socket's buffer holds without loss, and fewer than a gateway reads of nonsense in a second. */
const WINDOW = 40;
/** Each window is another second to the gateway: what it no longer reads would be no test of its readers. */
const SECOND_MS = 1_001;
const STUCK_MS = 2_000;
/** After so many all caches are full: 8,192 frames that a copy may follow, 200 lines of the diary, as many forwarders. */
const WARM_UP = 20_000;
/** Memory is looked at after so many. */
const LOOK_EVERY = 6_400;
const INSIDE = 'VIGIE_FUZZ_INSIDE';
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

/**
 * A gateway runs with a small young generation, and so must this: with V8's default a flood of short-lived objects makes
 * the heap 80 MB larger within half a minute, of which nothing is kept.
 */
async function underGatewayOptions(): Promise<number> {
  const { nodeOptions, environment } = PROGRAMS.agent;
  const child = spawn(process.execPath, [...nodeOptions, ...process.argv.slice(1)], {
    stdio: 'inherit',
    env: { ...process.env, ...environment, [INSIDE]: '1' },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
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
  const real = systemClock('trusted');
  let aheadMs = 0;
  const clock = { ...real, monotonicMs: () => real.monotonicMs() + aheadMs };
  let accepted = 0;
  const stage = new LorawanStage({
    ledger,
    clock,
    entropy: (bytes) => Buffer.alloc(bytes, Math.floor(random() * 256)),
    state: new MemoryStateStore(),
    log: new BoundedLog(createLog('silent'), clock),
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
  let highest = 0;
  for (let sent = 0; sent < datagrams; sent += WINDOW) {
    if (sent % LOOK_EVERY === 0 && sent >= Math.min(WARM_UP, datagrams / 2)) {
      const rss = process.memoryUsage.rss();
      if (baseline === 0) baseline = rss;
      highest = Math.max(highest, rss);
    }
    aheadMs += SECOND_MS;
    const before = received();
    for (let i = 0; i < WINDOW; i += 1) {
      const seed = corpus[Math.floor(random() * corpus.length)];
      if (seed) socket.send(mutate(seed, random), port, '127.0.0.1');
    }
    const deadline = performance.now() + STUCK_MS;
    while (received() < before + WINDOW && performance.now() < deadline) await new Promise(setImmediate);
  }
  const snapshot = ledger.snapshot();
  const memoryGrowthMb = Math.round((Math.max(highest, process.memoryUsage.rss()) - baseline) / MEGABYTE);
  socket.close();
  await stage.stop();
  const seconds = Math.round((performance.now() - beganMs) / 1_000);
  if (!values.json) console.error(JSON.stringify(snapshot, undefined, 2));
  console.log(JSON.stringify({ datagrams: received(), accepted, crashes: 0, memoryGrowthMb, seconds }));
}

if (process.env[INSIDE] === undefined) process.exitCode = await underGatewayOptions();
else await main();
