import type { ErrorCode } from '@vigie/contract';
import type { ModbusWrite } from '@vigie/decoders';
import type { OrderConduct, OrderProgress } from '../device-order.ts';
import type { Exchange } from './link.ts';
import { describeException, type ModbusRequest } from './pdu.ts';
import { isUnknown, type WritableSlave, writeValues } from './write-values.ts';

/** How an order reaches its device. Between two requests the bus is free for polls. */
export interface OrderLine extends WritableSlave {
  /** Connects where that is needed; gives the reason when it fails. */
  open(): Promise<string | undefined>;
  /** Whether a later order for the same device waits. */
  superseded(): boolean;
}

/** A lamp controller may take a moment until a register shows what was written to it. */
const READ_BACK_DELAYS_MS = [0, 100, 400];
const RAMP_STEP_MS = 250;
const RAMP_MAX_STEPS = 200;
/** A read that was met with silence is made once more: it changes nothing. */
const READ_ATTEMPTS = 2;
const ALL_BITS = 0xffff;

type Failed = Extract<OrderProgress, { state: 'failed' }>;
type Final = Exclude<OrderProgress, { state: 'sent' }>;

/** Carries out the writes of one order, in their order, and stops at the first that fails. */
export async function carryOutWrites(
  line: OrderLine,
  writes: readonly ModbusWrite[],
  conduct: OrderConduct,
): Promise<void> {
  const refused = await line.open();
  if (refused !== undefined) {
    conduct.report(failed('MODBUS_CONNECTION', refused));
    return;
  }
  if (!(await conduct.begin())) return;
  conduct.report({ state: 'sent' });
  conduct.report(await carryOut(line, writes));
}

async function carryOut(line: OrderLine, writes: readonly ModbusWrite[]): Promise<Final> {
  const result: Record<string, number> = {};
  for (const write of writes) {
    const failure = await writeOne(line, write);
    if (failure) return failure;
    if (!write.readBack) continue;
    const outcome = await readBack(line, write);
    if ('state' in outcome) return outcome;
    outcome.values.forEach((value, offset) => {
      result[`${write.table}.${write.address + offset}`] = value;
    });
  }
  return { state: 'confirmed', result };
}

async function writeOne(line: OrderLine, write: ModbusWrite): Promise<Failed | undefined> {
  const { table, address, values, mask, rampMs } = write;
  if (table === 'coil') return failureOf(await writeValues(line, 'writeCoils', address, values));
  if (rampMs !== undefined) return ramp(line, address, values[0] ?? 0, rampMs);
  if (mask !== undefined) return writeMasked(line, address, values[0] ?? 0, mask);
  return failureOf(await writeValues(line, 'writeRegisters', address, values));
}

/** V1.1b3 section 6.16: (present AND and) OR (or AND NOT and). Many devices do not know it. */
async function writeMasked(line: OrderLine, address: number, value: number, mask: number): Promise<Failed | undefined> {
  const and = ~mask & ALL_BITS;
  const exchange = await line.exchange({ kind: 'maskWrite', address, and, or: value & mask });
  if (!isUnknown(exchange)) return failureOf(exchange);
  const present = await readOne(line, address);
  if (typeof present !== 'number') return present;
  const values = [(present & and) | (value & mask)];
  return failureOf(await writeValues(line, 'writeRegisters', address, values));
}

async function ramp(line: OrderLine, address: number, target: number, rampMs: number): Promise<Failed | undefined> {
  const present = await readOne(line, address);
  if (typeof present !== 'number') return present;
  const steps = Math.max(1, Math.min(RAMP_MAX_STEPS, Math.floor(rampMs / RAMP_STEP_MS), Math.abs(target - present)));
  for (let step = 1; step <= steps; step += 1) {
    if (line.superseded()) return failed('COMMAND_REFUSED', 'a later order for the device took its place');
    const values = [Math.round(present + ((target - present) * step) / steps)];
    const failure = failureOf(await writeValues(line, 'writeRegisters', address, values));
    if (failure) return failure;
    if (step < steps) await pause(rampMs / steps);
  }
  return undefined;
}

async function readOne(line: OrderLine, address: number): Promise<number | Failed> {
  const exchange = await read(line, { kind: 'read', table: 'holdingRegister', address, count: 1 });
  const [value] = exchange.ok && exchange.reply.kind === 'values' ? exchange.reply.values : [];
  return value ?? failureOf(exchange) ?? failed('MODBUS_RESPONSE_INVALID', 'no value');
}

async function readBack(line: OrderLine, write: ModbusWrite): Promise<Failed | { values: number[] }> {
  const { table, address, values, mask = ALL_BITS } = write;
  let seen: number[] = [];
  for (const delayMs of READ_BACK_DELAYS_MS) {
    if (delayMs > 0) await pause(delayMs);
    const exchange = await read(line, { kind: 'read', table, address, count: values.length });
    const failure = failureOf(exchange);
    if (failure) return failure;
    seen = exchange.ok && exchange.reply.kind === 'values' ? exchange.reply.values : [];
    if (values.every((value, index) => ((seen[index] ?? 0) & mask) === (value & mask))) return { values: seen };
  }
  return failed('COMMAND_READBACK', `wrote ${values.join(' ')} to ${table} ${address}, read back ${seen.join(' ')}`);
}

async function read(line: OrderLine, request: ModbusRequest): Promise<Exchange> {
  let exchange = await line.exchange(request);
  for (let attempt = 1; attempt < READ_ATTEMPTS && !exchange.ok && !exchange.unasked; attempt += 1) {
    exchange = await line.exchange(request);
  }
  return exchange;
}

function failureOf(exchange: Exchange): Failed | undefined {
  if (!exchange.ok) return failed(exchange.code, exchange.detail);
  if (exchange.reply.kind !== 'exception') return undefined;
  return failed('MODBUS_EXCEPTION', describeException(exchange.reply.exception));
}

function failed(code: ErrorCode, message: string): Failed {
  return { state: 'failed', code, message };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
