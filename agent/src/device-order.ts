import type { ErrorCode } from '@vigie/contract';
import type { LorawanDownlink, ModbusWrite } from '@vigie/decoders';

/** A command in the words of a bus: what `commands/` hands to the radio or to Modbus after it was stored. */
export interface DeviceOrder<Payload> {
  id: string;
  device: string;
  /** Epoch milliseconds after which it must not be carried out any more. */
  expiresAt: number;
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

/**
 * Carries out orders. `report` is called with `sent` at most once and then with one final state; an unconfirmed
 * LoRaWAN downlink ends as confirmed when the concentrator accepted it for transmission.
 */
export interface OrderExecutor<Order> {
  execute(order: Order, report: (progress: OrderProgress) => void): void;
}
