import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { LorawanDeviceConfig } from '@vigie/contract';
import { findDefinition } from '@vigie/decoders';
import { BoundedLog } from '../../../agent/src/bounded-log.ts';
import { Outbox, type OutboxStorage } from '../../../agent/src/buffer/outbox.ts';
import type { Clock } from '../../../agent/src/clock.ts';
import { CounterWatch } from '../../../agent/src/counter-watch.ts';
import { DeviceMemory } from '../../../agent/src/device-memory.ts';
import type { LorawanMessage, MessageSink } from '../../../agent/src/device-message.ts';
import { Ledger } from '../../../agent/src/ledger.ts';
import { createLog } from '../../../agent/src/log.ts';
import { LorawanStage } from '../../../agent/src/lorawan/lorawan-stage.ts';
import { createPipeline } from '../../../agent/src/pipeline.ts';
import type { StateStore } from '../../../agent/src/state-store.ts';
import { outboxStorage } from '../../../agent/src/storage/outbox-storage.ts';
import { Storage } from '../../../agent/src/storage/storage.ts';

const MAX_SEGMENT_RECORDS = 16_384;

const clock: Clock = { now: () => Date.now(), monotonicMs: () => performance.now(), trusted: () => true };

/** The part of an agent between the packet forwarder and the disk, with its real storage thread. */
export interface GatewayUnderTest {
  stage: LorawanStage;
  ledger: Ledger;
  port: number;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  directory: string;
  devices: LorawanDeviceConfig[];
  /** How much longer each write takes; writes wait for each other, as on one slow card. */
  fsyncMs?: number;
  /** A message is on the disk. */
  onStored?: (message: LorawanMessage) => void;
}

export async function startGateway(options: GatewayOptions): Promise<GatewayUnderTest> {
  const { directory, devices, fsyncMs = 0 } = options;
  const storage = new Storage();
  const key = join(directory, 'state.key');
  await storage.call('openState', join(directory, 'state.db'), { candidates: [key], file: key });
  const opened = await storage.call('openOutbox', join(directory, 'outbox'), MAX_SEGMENT_RECORDS);
  const disk = slowDisk(fsyncMs);
  const ledger = new Ledger();
  const state = slowState(storage.stateStore(), disk);
  const log = createLog('silent');
  const boundedLog = new BoundedLog(log, clock);
  const outbox = new Outbox(slowOutbox(outboxStorage(storage), disk), opened, ledger.stage('buffer'));
  const pipeline = createPipeline({
    findModel: findDefinition,
    decodeByCodec: () => Promise.reject(new Error('no model of this bench has a codec')),
    counters: new CounterWatch(),
    memory: new DeviceMemory(state, boundedLog),
    append: (record, mark) => outbox.append(record, mark),
    clock,
    stage: ledger.stage('pipeline'),
    log: boundedLog,
  });
  const sink: MessageSink = async (message) => {
    await pipeline(message);
    if (message.protocol === 'lorawan') options.onStored?.(message);
  };
  const stage = new LorawanStage({ ledger, clock, entropy: randomBytes, state, log: boundedLog, sink });
  stage.marks(opened.marks);
  // The 915 MHz plan of the USA has no duty cycle: what is measured is the gateway, not the law.
  const source = { id: 'bench', type: 'semtech-udp', host: '127.0.0.1', port: 0 } as const;
  await stage.apply({ region: 'US915', netId: '000000', sources: [source] }, devices);
  return {
    stage,
    ledger,
    port: Number(stage.status().sources[0]?.address.split(':').at(-1)),
    stop: async () => {
      await stage.stop();
      await outbox.flush();
      await storage.close();
    },
  };
}

type Disk = <T>(write: () => Promise<T>) => Promise<T>;

function slowDisk(fsyncMs: number): Disk {
  if (fsyncMs === 0) return (write) => write();
  let last: Promise<unknown> = Promise.resolve();
  return (write) => {
    const turn = last.then(() => new Promise((resolve) => setTimeout(resolve, fsyncMs))).then(write);
    last = turn.catch(() => undefined);
    return turn;
  };
}

function slowOutbox(storage: OutboxStorage, disk: Disk): OutboxStorage {
  return { ...storage, append: (stream, records) => disk(() => storage.append(stream, records)) };
}

function slowState(state: StateStore, disk: Disk): StateStore {
  return { all: (collection) => state.all(collection), write: (changes) => disk(() => state.write(changes)) };
}
