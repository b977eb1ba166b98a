import type { Clock } from '../clock.ts';
import type { ModbusOrder, OrderConduct } from '../device-order.ts';
import type { BusWorker } from './bus-worker.ts';
import type { DevicePoller } from './device-poller.ts';
import { carryOutWrites } from './write-order.ts';

/**
 * Orders of each device one after the other; devices do not wait for each other. Every request of an order goes before
 * the next request of any poll, and polls go on while an order waits.
 */
export class OrderQueue {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, number>();
  readonly #tails = new Map<string, Promise<void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(order: ModbusOrder, conduct: OrderConduct, worker: BusWorker, poller: DevicePoller): void {
    const { device } = order;
    this.#waiting.set(device, (this.#waiting.get(device) ?? 0) + 1);
    const before = this.#tails.get(device) ?? Promise.resolve();
    const done = before
      .then(() => this.#carryOut(order, conduct, worker, poller))
      .catch((cause: unknown) => conduct.report({ state: 'failed', code: 'INTERNAL', message: String(cause) }))
      .finally(() => {
        if (this.#tails.get(device) === done) this.#tails.delete(device);
      });
    this.#tails.set(device, done);
  }

  async #carryOut(order: ModbusOrder, conduct: OrderConduct, worker: BusWorker, poller: DevicePoller): Promise<void> {
    const { device, expiresAt, payload } = order;
    const waiting = (this.#waiting.get(device) ?? 1) - 1;
    if (waiting > 0) this.#waiting.set(device, waiting);
    else this.#waiting.delete(device);
    if (this.#clock.now() >= expiresAt) {
      conduct.report({ state: 'expired' });
      return;
    }
    const line = {
      open: () => worker.first((link) => link.open()),
      exchange: (request: Parameters<BusWorker['link']['exchange']>[1]) =>
        worker.first((link) => link.exchange(poller.device.modbus.unit, request, poller.patience)),
      superseded: () => this.#waiting.has(device),
      habits: poller.writeHabits,
    };
    try {
      await carryOutWrites(line, payload, conduct);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      conduct.report({ state: 'failed', code: 'COMMAND_REFUSED', message });
    }
    poller.hurry();
    worker.wake();
  }
}
