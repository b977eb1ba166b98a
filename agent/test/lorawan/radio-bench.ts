import { randomBytes } from 'node:crypto';
import type { FrameRecord, LorawanConfig, LorawanDeviceConfig } from '@vigie/contract';
import { pino } from 'pino';
import { BoundedLog } from '../../src/bounded-log.ts';
import type { Clock } from '../../src/clock.ts';
import type { LorawanMessage, MessageSink } from '../../src/device-message.ts';
import { imbalanceOf, Ledger } from '../../src/ledger.ts';
import { LorawanStage } from '../../src/lorawan/lorawan-stage.ts';
import { MemoryStateStore } from './memory-state-store.ts';
import { PacketForwarder } from './packet-forwarder.ts';
import type { RadioDevice } from './radio-device.ts';

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  trusted: () => true,
};

/** The system's clock, with which a test need not wait until a while has passed. */
export class ShiftedClock implements Clock {
  #aheadMs = 0;

  shift(byMs: number): void {
    this.#aheadMs += byMs;
  }

  now = () => Date.now() + this.#aheadMs;
  monotonicMs = () => performance.now() + this.#aheadMs;
  trusted = () => true;
}

export const LORAWAN: LorawanConfig = {
  region: 'EU868',
  netId: '000000',
  sources: [{ id: 'roof', type: 'semtech-udp', host: '127.0.0.1', port: 0 }],
};

type Lorawan = LorawanDeviceConfig['lorawan'];

export function otaa(device: RadioDevice, changes: Partial<Lorawan> = {}): LorawanDeviceConfig {
  const { devEui, joinEui, appKey } = device;
  return deviceConfig(device, { activation: { mode: 'otaa', joinEui, appKey }, devEui, ...changes });
}

export function abp(device: RadioDevice, changes: Partial<Lorawan> = {}): LorawanDeviceConfig {
  const { devEui, devAddr, nwkSKey, appSKey } = device;
  return deviceConfig(device, { activation: { mode: 'abp', devAddr, nwkSKey, appSKey }, devEui, ...changes });
}

function deviceConfig(
  device: RadioDevice,
  lorawan: Partial<Lorawan> & Pick<Lorawan, 'devEui' | 'activation'>,
): LorawanDeviceConfig {
  return {
    id: `device-${device.devEui.slice(-6)}`,
    model: 'acme/lamp',
    lorawan: { macVersion: '1.0.3', class: 'A', ...lorawan },
  };
}

/** A group of devices that share the keys of `device`. */
export function multicast(device: RadioDevice): LorawanDeviceConfig {
  const { devEui, devAddr, nwkSKey, appSKey } = device;
  const activation = { mode: 'multicast', devAddr, nwkSKey, appSKey, frequencyHz: 869_525_000, dataRate: 3 } as const;
  return deviceConfig(device, { activation, devEui, class: 'C' });
}

/** An agent's LoRaWAN stage on loopback with everything around it that a test wants to see or to break. */
export class RadioBench {
  readonly state: MemoryStateStore;
  readonly ledger = new Ledger();
  readonly messages: LorawanMessage[] = [];
  /** What a real outbox would hold: the watermarks of durable messages. */
  readonly marks: Map<string, number>;
  readonly logLines: string[] = [];
  /** Frames of other gateways' devices. */
  readonly passed: FrameRecord[] = [];
  readonly stage: LorawanStage;
  /** Runs before each message becomes durable: wait, or throw to fail it. */
  beforeSink: (message: LorawanMessage) => Promise<void> = async () => undefined;
  readonly #forwarders: PacketForwarder[] = [];

  constructor(kept: { state?: MemoryStateStore; marks?: Map<string, number> } = {}, clock: Clock = SYSTEM_CLOCK) {
    this.state = kept.state ?? new MemoryStateStore();
    this.marks = kept.marks ?? new Map();
    const sink: MessageSink = async (message) => {
      if (message.protocol !== 'lorawan') return;
      await this.beforeSink(message);
      this.messages.push(message);
      this.marks.set(message.mark.key, Math.max(message.mark.value, this.marks.get(message.mark.key) ?? -1));
    };
    const log = pino({}, { write: (line: string) => void this.logLines.push(line) });
    const { ledger, state } = this;
    this.stage = new LorawanStage({
      ...{ ledger, clock, entropy: randomBytes, state, sink, reopenMs: 50 },
      log: new BoundedLog(log, clock),
      passOn: async (record) => this.passed.push(record) > 0,
    });
    this.stage.marks(this.marks);
  }

  async apply(devices: LorawanDeviceConfig[], config: LorawanConfig | undefined = LORAWAN): Promise<void> {
    await this.stage.apply(config, devices);
  }

  async forwarder(eui?: string, version?: number): Promise<PacketForwarder> {
    const address = this.stage.status().sources[0]?.address ?? '';
    const forwarder = await PacketForwarder.start(address, eui, version);
    this.#forwarders.push(forwarder);
    return forwarder;
  }

  dropped(stage: string): Record<string, number> {
    return this.ledger.snapshot()[stage]?.dropped ?? {};
  }

  imbalances(): Record<string, number> {
    return Object.fromEntries(
      Object.entries(this.ledger.snapshot()).map(([name, stage]) => [name, imbalanceOf(stage)]),
    );
  }

  async stop(): Promise<void> {
    for (const forwarder of this.#forwarders) await forwarder.close();
    await this.stage.stop();
  }
}
