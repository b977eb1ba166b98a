import type { ErrorCode } from '@vigie/contract';
import type { LorawanDownlink, ModbusWrite } from '@vigie/decoders';

/** A command in the words of a bus: what `commands/` hands to the radio or to Modbus after it was stored. */
export interface DeviceOrder<Payload> {
  id: string;
  device: string;
  /** Epoch milliseconds after which it must not be carried out any more. */
  expiresAt: number;
  /** Epoch milliseconds before which it must not be carried out. */
  notBefore?: number;
  payload: Payload;
}
export type LorawanOrder = DeviceOrder<LorawanDownlink>;
export type ModbusOrder = DeviceOrder<ModbusWrite[]>;

/** How an order ended, or that it left the gateway (`sent`) and is still under way. */
export type OrderProgress =
  | { state: 'sent' }
  | { state: 'confirmed'; result?: Record<string, number | string | boolean> }
  | { state: 'failed'; code: ErrorCode; message: string }
  | { state: 'expired' };

/** What an executor owes to whoever gave the order. */
export interface OrderConduct {
  /**
   * Called once, right before the first byte leaves for the device (not when the order is merely queued). Resolves
   * when that intent is on the disk: only then may the executor act. A restart after it fails the order instead of
   * carrying it out twice; a restart before it gives the order again. Resolves to false where it must not act any more.
   */
  begin(): Promise<boolean>;
  /** Called with `sent` at most once and then with one final state. */
  report(progress: OrderProgress): void;
}

/**
 * Carries out orders. An unconfirmed LoRaWAN downlink ends as confirmed when the concentrator accepted it for
 * transmission.
 */
export interface OrderExecutor<Order> {
  execute(order: Order, conduct: OrderConduct): void;
}
