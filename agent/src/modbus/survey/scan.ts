import type { ModbusBus, ModbusRtuBus } from '@vigie/contract';
import type { RegisterTable } from '@vigie/decoders';
import type { BusAccess } from '../bus-access.ts';
import { describeException } from '../pdu.ts';

/** Where slaves are looked for. Speeds and parities count on a serial line only. */
export interface ScanPlan {
  /** Absent for a line that somebody else has set up: it is taken as it is. */
  bus?: ModbusBus | undefined;
  units: readonly number[];
  baudRates: readonly number[];
  parities: readonly ModbusRtuBus['parity'][];
  /** What is asked for, one after the other, since some slaves know one table only. */
  tables: readonly RegisterTable[];
}

export interface FoundSlave {
  unit: number;
  baudRate?: number;
  parity?: ModbusRtuBus['parity'];
  latencyMs: number;
  /** What the slave said to a read of the first register or coil: a value, or the exception, which proves it as well. */
  answer: string;
  /** The table that it answered for. */
  table: RegisterTable;
}

export type ScanEvent =
  | { kind: 'progress'; done: number; total: number; remainingMs: number; at: string }
  | { kind: 'found'; slave: FoundSlave }
  | { kind: 'unreachable'; reason: string };

/** The most common first, so that the first hit comes early. */
export const COMMON_BAUD_RATES = [9_600, 19_200, 38_400, 115_200, 4_800, 57_600, 2_400, 1_200] as const;
/** Holding registers first: most slaves answer for them, if only by an exception. */
export const SCANNED_TABLES = ['holdingRegister', 'inputRegister', 'coil'] as const;
export const PARITIES = ['none', 'even', 'odd'] as const;

/** Asks every unit at every setting for one register of each table. A slave found at one setting is not sought at others. */
export async function* scanBus(
  plan: ScanPlan,
  access: (bus: ModbusBus | undefined) => BusAccess,
  monotonicMs: () => number,
): AsyncGenerator<ScanEvent> {
  const settings = settingsOf(plan);
  const total = settings.length * plan.units.length * plan.tables.length;
  const beganMs = monotonicMs();
  const found = new Set<number>();
  let done = 0;
  // A line of its own for each table: a unit that kept silent for one is not suspected of a late answer for the next.
  for (const [bus, table] of settings.flatMap((setting) => plan.tables.map((one) => [setting, one] as const))) {
    const link = access(bus);
    const refused = await link.open();
    if (refused !== undefined) {
      yield { kind: 'unreachable', reason: refused };
      return;
    }
    try {
      for (const unit of plan.units) {
        const slave = found.has(unit) ? undefined : await ask(link, bus, unit, table, monotonicMs);
        done += 1;
        if (slave) {
          found.add(unit);
          yield { kind: 'found', slave };
        }
        const remainingMs = ((monotonicMs() - beganMs) / done) * (total - done);
        yield { kind: 'progress', done, total, remainingMs, at: describeSetting(bus, unit) };
      }
    } finally {
      await link.close();
    }
  }
}

function settingsOf({ bus, baudRates, parities }: ScanPlan): (ModbusBus | undefined)[] {
  if (bus?.type !== 'rtu') return [bus];
  return baudRates.flatMap((baudRate) => parities.map((parity): ModbusBus => ({ ...bus, baudRate, parity })));
}

async function ask(
  link: BusAccess,
  bus: ModbusBus | undefined,
  unit: number,
  table: RegisterTable,
  monotonicMs: () => number,
): Promise<FoundSlave | undefined> {
  const beganMs = monotonicMs();
  const exchange = await link.exchange(unit, { kind: 'read', table, address: 0, count: 1 });
  if (!exchange.ok) return undefined;
  const { reply } = exchange;
  // A gateway answers so for a unit that is not behind it (V1.1b3 section 7).
  if (reply.kind === 'exception' && (reply.exception === 10 || reply.exception === 11)) return undefined;
  const answer = reply.kind === 'exception' ? describeException(reply.exception) : 'a value';
  const setting = bus?.type === 'rtu' ? { baudRate: bus.baudRate, parity: bus.parity } : {};
  return { unit, table, ...setting, latencyMs: Math.round(monotonicMs() - beganMs), answer };
}

function describeSetting(bus: ModbusBus | undefined, unit: number): string {
  return bus?.type === 'rtu' ? `${bus.baudRate} baud, ${bus.parity} parity, unit ${unit}` : `unit ${unit}`;
}
