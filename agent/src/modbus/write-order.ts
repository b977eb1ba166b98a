import type { ErrorCode } from '@vigie/contract';
import type { ModbusWrite } from '@vigie/decoders';
import type { OrderConduct, OrderProgress } from '../device-order.ts';
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
  conduct: OrderConduct,
): Promise<void> {
  const refused = await link.open();
  if (refused !== undefined) {
    conduct.report(failed('MODBUS_CONNECTION', refused));
    return;
  }
  if (!(await conduct.begin())) return;
  conduct.report({ state: 'sent' });
  conduct.report(await write(link, unit, writes));
}

async function write(link: Link, unit: number, writes: readonly ModbusWrite[]): Promise<Final> {
  const result: Record<string, number> = {};
  for (const one of writes) {
    const failure = failureOf(await link.exchange(unit, requestOf(one)));
    if (failure) return failure;
    if (!one.readBack) continue;
    const outcome = await readBack(link, unit, one);
    if ('state' in outcome) return outcome;
    outcome.values.forEach((value, offset) => {
      result[`${one.table}.${one.address + offset}`] = value;
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
