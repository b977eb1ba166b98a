import type { ModbusBus, ModbusRtuBus } from '@vigie/contract';
import type { BusAccess } from '../bus-access.ts';
import { describeException } from '../pdu.ts';

/** Where slaves are looked for. Speeds and parities count on a serial line only. */
export interface ScanPlan {
  /** Absent for a line that somebody else has set up: it is taken as it is. */
  bus?: ModbusBus | undefined;
  units: readonly number[];
  baudRates: readonly number[];
  parities: readonly ModbusRtuBus['parity'][];
}

export interface FoundSlave {
  unit: number;
  baudRate?: number;
  parity?: ModbusRtuBus['parity'];
  latencyMs: number;
  /** What the slave said to a read of holding register 0: its value, or the exception, which proves it as well. */
  answer: string;
}

export type ScanEvent =
  | { kind: 'progress'; done: number; total: number; remainingMs: number; at: string }
  | { kind: 'found'; slave: FoundSlave }
  | { kind: 'unreachable'; reason: string };

/** The most common first, so that the first hit comes early. */
export const COMMON_BAUD_RATES = [9_600, 19_200, 38_400, 115_200, 4_800, 57_600, 2_400, 1_200] as const;
export const PARITIES = ['none', 'even', 'odd'] as const;

/** Asks every unit at every setting for one register. A slave found at one setting is not sought at others. */
export async function* scanBus(
  plan: ScanPlan,
  access: (bus: ModbusBus | undefined) => BusAccess,
  monotonicMs: () => number,
): AsyncGenerator<ScanEvent> {
  const settings = settingsOf(plan);
  const total = settings.length * plan.units.length;
  const beganMs = monotonicMs();
  const found = new Set<number>();
  let done = 0;
  for (const bus of settings) {
    const link = access(bus);
    const refused = await link.open();
    if (refused !== undefined) {
      yield { kind: 'unreachable', reason: refused };
      return;
    }
    try {
      for (const unit of plan.units) {
        const slave = found.has(unit) ? undefined : await ask(link, bus, unit, monotonicMs);
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
  monotonicMs: () => number,
): Promise<FoundSlave | undefined> {
  const beganMs = monotonicMs();
  const exchange = await link.exchange(unit, { kind: 'read', table: 'holdingRegister', address: 0, count: 1 });
  if (!exchange.ok) return undefined;
  const { reply } = exchange;
  // A gateway answers so for a unit that is not behind it (V1.1b3 section 7).
  if (reply.kind === 'exception' && (reply.exception === 10 || reply.exception === 11)) return undefined;
  const answer = reply.kind === 'exception' ? describeException(reply.exception) : 'a register';
  const setting = bus?.type === 'rtu' ? { baudRate: bus.baudRate, parity: bus.parity } : {};
  return { unit, ...setting, latencyMs: Math.round(monotonicMs() - beganMs), answer };
}

function describeSetting(bus: ModbusBus | undefined, unit: number): string {
  return bus?.type === 'rtu' ? `${bus.baudRate} baud, ${bus.parity} parity, unit ${unit}` : `unit ${unit}`;
}
