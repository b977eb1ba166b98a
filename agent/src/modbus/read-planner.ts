import { type ModbusDefinition, type RegisterPoint, type RegisterTable, widthOf } from '@vigie/decoders';
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
  /** Spans that it does not have, by `spanKey`. */
  readonly spans: ReadonlyMap<string, Span>;
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
    maxGap: DEFAULT_MAX_GAP,
    holes: definition.holes ?? [],
  };
}

/** The spans that poll number `poll` reads: each point's own, and the register of its scale factor. */
export function spansDue(points: readonly RegisterPoint[], poll: number): Span[] {
  const spans = new Map<string, Span>();
  for (const point of points) {
    if (poll % (point.every ?? 1) !== 0) continue;
    for (const span of spansOf(point)) spans.set(spanKey(span), span);
  }
  return [...spans.values()];
}

function spansOf(point: RegisterPoint): Span[] {
  const { table, address, scaleRegister } = point;
  const width = widthOf(point);
  const own = { table, from: address, to: address + width - 1 };
  return scaleRegister === undefined ? [own] : [own, { table, from: scaleRegister, to: scaleRegister }];
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
  const limit = bits ? Math.min(options.maxRegisters * BITS_PER_REGISTER, MAX_READ_BITS) : options.maxRegisters;
  if (Math.max(end, span.to) - first.from + 1 > limit) return false;
  const gap = { table: span.table, from: end + 1, to: span.from - 1 };
  if (gap.to < gap.from) return true;
  if (gap.to - gap.from + 1 > (bits ? options.maxGap * BITS_PER_REGISTER : options.maxGap)) return false;
  return ![...options.holes, ...refusals.spans.values()].some((hole) => overlaps(hole, gap));
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
