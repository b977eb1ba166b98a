import type { Exchange } from './link.ts';
import type { ModbusRequest, WriteBy } from './pdu.ts';

export type WriteKind = 'writeCoils' | 'writeRegisters';

/** By which functions a device is written: set, or learned from what it does not know. */
export type WriteHabits = Partial<Record<WriteKind, WriteBy>>;

/** A slave that can be written: one exchange, and what is known of its habits. */
export interface WritableSlave {
  exchange(request: ModbusRequest): Promise<Exchange>;
  readonly habits: WriteHabits;
}

const ILLEGAL_FUNCTION = 1;

/**
 * Writes values that follow each other. Many devices know only functions 5 and 6, or only 15 and 16: one that does not
 * know the function is asked by the other, which is remembered.
 */
export async function writeValues(
  slave: WritableSlave,
  kind: WriteKind,
  address: number,
  values: readonly number[],
): Promise<Exchange> {
  const by = slave.habits[kind] ?? (values.length === 1 ? 'single' : 'multiple');
  const exchange = await writeBy(slave, by, kind, address, values);
  if (!isUnknown(exchange)) return exchange;
  const other = by === 'single' ? 'multiple' : 'single';
  const second = await writeBy(slave, other, kind, address, values);
  if (second.ok && !isUnknown(second)) slave.habits[kind] = other;
  return second;
}

/** V1.1b3 section 7: "illegal function", so nothing was written. */
export function isUnknown(exchange: Exchange): boolean {
  return exchange.ok && exchange.reply.kind === 'exception' && exchange.reply.exception === ILLEGAL_FUNCTION;
}

async function writeBy(
  slave: WritableSlave,
  by: WriteBy,
  kind: WriteKind,
  address: number,
  values: readonly number[],
): Promise<Exchange> {
  if (by === 'multiple' || values.length === 1) return slave.exchange({ kind, address, values, by });
  let last: Exchange = { ok: true, reply: { kind: 'done' } };
  for (const [offset, value] of values.entries()) {
    last = await slave.exchange({ kind, address: address + offset, values: [value], by });
    if (!last.ok || last.reply.kind === 'exception') return last;
  }
  return last;
}
