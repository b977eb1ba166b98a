import type { ErrorCode } from '@vigie/contract';
import type { ModbusWrite } from '@vigie/decoders';
import type { OrderProgress } from '../device-order.ts';
import type { Exchange, Link } from './link.ts';
import { describeException, type ModbusRequest } from './pdu.ts';

/** A lamp controller may take a moment until a register shows what was written to it. */
const READ_BACK_DELAYS_MS = [0, 100, 400];

type Final = Exclude<OrderProgress, { state: 'sent' }>;

/** Carries out the writes of one order, in their order, and stops at the first that fails. */
export async function carryOutWrites(
  link: Link,
  unit: number,
  writes: readonly ModbusWrite[],
  sent: () => void,
): Promise<Final> {
  const refused = await link.open();
  if (refused !== undefined) return failed('MODBUS_CONNECTION', refused);
  const result: Record<string, number> = {};
  for (const [index, write] of writes.entries()) {
    const pending = link.exchange(unit, requestOf(write));
    if (index === 0) sent();
    const failure = failureOf(await pending);
    if (failure) return failure;
    if (!write.readBack) continue;
    const outcome = await readBack(link, unit, write);
    if ('state' in outcome) return outcome;
    outcome.values.forEach((value, offset) => {
      result[`${write.table}.${write.address + offset}`] = value;
    });
  }
  return { state: 'confirmed', result };
}

function requestOf(write: ModbusWrite): ModbusRequest {
  const { address, values } = write;
  return { kind: write.table === 'coil' ? 'writeCoils' : 'writeRegisters', address, values };
}

async function readBack(link: Link, unit: number, write: ModbusWrite): Promise<Final | { values: number[] }> {
  const { table, address, values } = write;
  let seen: number[] = [];
  for (const delayMs of READ_BACK_DELAYS_MS) {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const exchange = await link.exchange(unit, { kind: 'read', table, address, count: values.length });
    const failure = failureOf(exchange);
    if (failure) return failure;
    seen = exchange.ok && exchange.reply.kind === 'values' ? exchange.reply.values : [];
    if (values.every((value, index) => seen[index] === value)) return { values: seen };
  }
  return {
    state: 'failed',
    code: 'COMMAND_READBACK',
    message: `wrote ${values.join(' ')} to ${table} ${address}, read back ${seen.join(' ')}`,
  };
}

function failureOf(exchange: Exchange): Extract<Final, { state: 'failed' }> | undefined {
  if (!exchange.ok) return failed(exchange.code, exchange.detail);
  if (exchange.reply.kind === 'exception')
    return failed('MODBUS_EXCEPTION', describeException(exchange.reply.exception));
  return undefined;
}

function failed(code: ErrorCode, message: string): Extract<Final, { state: 'failed' }> {
  return { state: 'failed', code, message };
}
