import {
  deviceTimePlace,
  type ModbusDefinition,
  placesOf,
  type RegisterPlace,
  type RegisterTable,
} from '@vigie/decoders';
import { isBits, MAX_READ_BITS, MAX_READ_REGISTERS } from './pdu.ts';

/** Registers that one value occupies; they are never read by two requests, so that a value is one snapshot. */
export interface Span {
  table: RegisterTable;
  from: number;
  to: number;
}

/** One read request and the spans that it is for. */
export interface PlannedRead {
  table: RegisterTable;
  address: number;
  count: number;
  spans: readonly Span[];
}

/** What a device taught by refusing reads. */
export interface Refusals {
  /** Spans that it does not have, by `spanKey`: not read, and not read across. */
  readonly spans: ReadonlyMap<string, Span>;
  /** Spans that answer for themselves at best: read alone, and not read across. */
  readonly alone?: ReadonlyMap<string, Span>;
  /** Requests are not led across the beginning of these spans. */
  readonly breaks: ReadonlySet<string>;
}

export interface PlanOptions {
  maxRegisters: number;
  /** A gap is read along when that is cheaper than another request. */
  maxGap: number;
  holes: readonly Span[];
}

/** Another request costs 13 bytes and two silences of 3.5 characters on a serial line, as much as 10 registers. */
const DEFAULT_MAX_GAP = 10;
const BITS_PER_REGISTER = 16;
const TABLES: readonly RegisterTable[] = ['coil', 'discreteInput', 'holdingRegister', 'inputRegister'];

export const NO_REFUSALS: Refusals = { spans: new Map(), breaks: new Set() };

export function spanKey(span: Span): string {
  return `${span.table}:${span.from}-${span.to}`;
}

export function planOptions(definition: ModbusDefinition): PlanOptions {
  return {
    maxRegisters: Math.min(definition.maxRegisters ?? MAX_READ_REGISTERS, MAX_READ_REGISTERS),
    maxGap: definition.maxGap ?? DEFAULT_MAX_GAP,
    holes: definition.holes ?? [],
  };
}

/** The spans that poll number `poll` reads: each point's own, those of the registers that its value hangs on, and the time. */
export function spansDue({ registers, deviceAt }: ReadPlan, poll: number): Span[] {
  const spans = new Map<string, Span>();
  const add = (span: Span): void => void spans.set(spanKey(span), span);
  for (const point of registers) {
    if (poll % (point.every ?? 1) !== 0) continue;
    for (const place of placesOf(point)) add(spanAt(place));
  }
  if (deviceAt && spans.size > 0) add(spanAt(deviceTimePlace(deviceAt)));
  return [...spans.values()];
}

type ReadPlan = Pick<ModbusDefinition, 'registers' | 'deviceAt'>;

function spanAt({ table, address, width }: RegisterPlace): Span {
  return { table, from: address, to: address + width - 1 };
}

/** The fewest requests for `spans`, as far as limits, holes and refusals allow. Pure; order by table and address. */
export function planReads(
  spans: readonly Span[],
  options: PlanOptions,
  refusals: Refusals = NO_REFUSALS,
): PlannedRead[] {
  const wanted = spans
    .filter((span) => !refusals.spans.has(spanKey(span)))
    .toSorted((a, b) => TABLES.indexOf(a.table) - TABLES.indexOf(b.table) || a.from - b.from || a.to - b.to);
  const reads: PlannedRead[] = [];
  let group: Span[] = [];
  for (const span of wanted) {
    if (refusals.alone?.has(spanKey(span))) {
      reads.push(readOf([span]));
      continue;
    }
    if (group.length > 0 && !canJoin(group, span, options, refusals)) {
      reads.push(readOf(group));
      group = [];
    }
    group.push(span);
  }
  if (group.length > 0) reads.push(readOf(group));
  return reads;
}

function canJoin(group: readonly Span[], span: Span, options: PlanOptions, refusals: Refusals): boolean {
  const first = group[0];
  if (!first || first.table !== span.table || refusals.breaks.has(spanKey(span))) return false;
  const end = endOf(group);
  const bits = isBits(span.table);
  if (Math.max(end, span.to) - first.from + 1 > limitOf(span.table, options)) return false;
  const gap = { table: span.table, from: end + 1, to: span.from - 1 };
  if (gap.to < gap.from) return true;
  if (gap.to - gap.from + 1 > (bits ? options.maxGap * BITS_PER_REGISTER : options.maxGap)) return false;
  const barred = (hole: Span): boolean => overlaps(hole, gap);
  return !(options.holes.some(barred) || some(refusals.spans, barred) || some(refusals.alone, barred));
}

function some(spans: ReadonlyMap<string, Span> | undefined, test: (span: Span) => boolean): boolean {
  if (spans) for (const span of spans.values()) if (test(span)) return true;
  return false;
}

function overlaps(a: Span, b: Span): boolean {
  return a.table === b.table && a.from <= b.to && a.to >= b.from;
}

function endOf(spans: readonly Span[]): number {
  return spans.reduce((end, span) => Math.max(end, span.to), -1);
}

function readOf(spans: readonly Span[]): PlannedRead {
  const [first] = spans;
  if (!first) throw new RangeError('a read of nothing');
  return { table: first.table, address: first.from, count: endOf(spans) - first.from + 1, spans };
}

/** A read without its gaps, one for each run of registers that are wanted; undefined where it has none. */
export function withoutGaps({ spans }: PlannedRead): PlannedRead[] | undefined {
  const runs: Span[][] = [];
  let run: Span[] = [];
  for (const span of spans) {
    if (run.length > 0 && span.from > endOf(run) + 1) {
      runs.push(run);
      run = [];
    }
    run.push(span);
  }
  runs.push(run);
  return runs.length > 1 ? runs.map(readOf) : undefined;
}

/** What tells one read from another, poll after poll. */
export function readKey({ table, address, count }: PlannedRead): string {
  return `${table}:${address}+${count}`;
}

/** The same reads, beginning with the one at the place of `from`. */
export function inOrderFrom(reads: PlannedRead[], from: PlannedRead | undefined): PlannedRead[] {
  if (!from) return reads;
  const rank = ({ table, address }: PlannedRead): number => TABLES.indexOf(table) * 0x1_0000 + address;
  const start = reads.findIndex((read) => rank(read) >= rank(from));
  return start <= 0 ? reads : [...reads.slice(start), ...reads.slice(0, start)];
}

/** Most registers or bits of a table in one request. */
export function limitOf(table: RegisterTable, { maxRegisters }: PlanOptions): number {
  return isBits(table) ? Math.min(maxRegisters * BITS_PER_REGISTER, MAX_READ_BITS) : maxRegisters;
}

/**
 * A refused read in two: at its widest gap, since that is the likeliest culprit, else in the middle. The second half's
 * first span is where later plans break. Undefined when only one value is left.
 */
export function splitRead(read: PlannedRead): [PlannedRead, PlannedRead] | undefined {
  const { spans } = read;
  let cut = 0;
  let widest = 0;
  let end = -1;
  for (let index = 1; index < spans.length; index += 1) {
    end = Math.max(end, spans[index - 1]?.to ?? -1);
    const gap = (spans[index]?.from ?? 0) - end - 1;
    if (gap > widest) {
      widest = gap;
      cut = index;
    }
  }
  if (spans.length < 2) return undefined;
  if (cut === 0) cut = spans.length >> 1;
  return [readOf(spans.slice(0, cut)), readOf(spans.slice(cut))];
}
