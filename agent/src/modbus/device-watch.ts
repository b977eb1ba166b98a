import type { EventRecord } from '@vigie/contract';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { DevicePoller, PollFailure } from './device-poller.ts';
import type { DeviceStatistics } from './device-statistics.ts';

/** How one polled device does, for `doctor` and the local page. Times are epoch milliseconds. */
export interface ModbusDeviceStatus {
  device: string;
  bus: string;
  unit: number;
  state: 'starting' | 'ok' | 'degraded' | 'failing';
  polls: number;
  consecutiveFailures: number;
  latencyMs?: number;
  lastAnswerAt?: number;
  lastError?: { code: PollFailure; detail: string; at: number };
  errors: Partial<Record<PollFailure, number>>;
  /** Registers that the device refuses or is silent about, as `table:from-to`; polls lead around them. */
  refused: readonly string[];
}

const FAILING_AFTER = 2;
/** A flapping device must fill neither the log nor the buffer. */
const TELL_EVERY_MS = 60_000;

/** Tells people and platforms when a device begins to fail and when it is back: its readings are old in between. */
export class DeviceWatch {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #event: (event: EventRecord) => void;
  readonly #toldAt = new WeakMap<DevicePoller, number>();
  readonly #silent = new WeakSet<DevicePoller>();

  constructor(clock: Clock, log: Logger, event: (event: EventRecord) => void) {
    this.#clock = clock;
    this.#log = log;
    this.#event = event;
  }

  failed(poller: DevicePoller, code: PollFailure, detail: string): void {
    if (poller.statistics.consecutiveFailures < FAILING_AFTER || this.#silent.has(poller)) return;
    const now = this.#clock.monotonicMs();
    if (now - (this.#toldAt.get(poller) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return;
    this.#toldAt.set(poller, now);
    this.#silent.add(poller);
    const { id: device, modbus } = poller.device;
    this.#log.warn({ code, device, bus: modbus.bus, detail }, 'Modbus device fails');
    const message = `${code}: ${detail}`;
    this.#event({
      kind: 'event',
      code: 'MODBUS_DEVICE_SILENT',
      severity: 'warning',
      device,
      at: this.#clock.now(),
      message,
    });
  }

  answered(poller: DevicePoller): void {
    if (!this.#silent.delete(poller)) return;
    const { id: device } = poller.device;
    this.#log.info({ device }, 'Modbus device answers again');
    this.#event({ kind: 'event', code: 'MODBUS_DEVICE_BACK', severity: 'info', device, at: this.#clock.now() });
  }
}

export function statusOf(poller: DevicePoller): ModbusDeviceStatus {
  const { device, statistics } = poller;
  const { polls, consecutiveFailures, latencyMs, lastAnswerAt, lastError, errors } = statistics;
  return {
    device: device.id,
    bus: device.modbus.bus,
    unit: device.modbus.unit,
    state: stateOf(statistics),
    polls,
    consecutiveFailures,
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(lastAnswerAt === undefined ? {} : { lastAnswerAt }),
    ...(lastError === undefined ? {} : { lastError }),
    errors: { ...errors },
    refused: poller.refused,
  };
}

function stateOf(statistics: DeviceStatistics): ModbusDeviceStatus['state'] {
  const { polls, consecutiveFailures, lastAnswerAt, partlyFailing } = statistics;
  if (polls === 0) return 'starting';
  if (consecutiveFailures === 0) return partlyFailing ? 'degraded' : 'ok';
  return lastAnswerAt !== undefined && consecutiveFailures < FAILING_AFTER ? 'degraded' : 'failing';
}
