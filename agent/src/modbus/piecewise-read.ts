import type { Exchange } from './link.ts';
import type { PlannedRead } from './read-planner.ts';

/** Passes over a value that changes while it is read. */
const MAX_ROUNDS = 3;

type Read = (address: number, count: number) => Promise<Exchange>;

/**
 * Reads a value that is wider than one request of the slave, in pieces, so that it is one snapshot all the same: twice in
 * the same order, until nothing changed between the two, or nothing but the first or the last piece. The last piece of
 * the first pass lies between two equal readings of all others, and so does the first piece of the second pass.
 */
export async function readInPieces(read: PlannedRead, most: number, ask: Read): Promise<Exchange> {
  let earlier = await readOnce(read, most, ask);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (!('pieces' in earlier)) return earlier.failed;
    const later = await readOnce(read, most, ask);
    if (!('pieces' in later)) return later.failed;
    const snapshot = snapshotOf(earlier.pieces, later.pieces);
    if (snapshot) return { ok: true, reply: { kind: 'values', values: snapshot.flat() } };
    earlier = later;
  }
  return { ok: false, code: 'MODBUS_RESPONSE_INVALID', detail: 'the value changes faster than its pieces can be read' };
}

type Pass = { pieces: number[][] } | { failed: Exchange };

async function readOnce({ address, count }: PlannedRead, most: number, ask: Read): Promise<Pass> {
  const pieces: number[][] = [];
  for (let at = 0; at < count; at += most) {
    const exchange = await ask(address + at, Math.min(most, count - at));
    if (!exchange.ok || exchange.reply.kind !== 'values') return { failed: exchange };
    pieces.push(exchange.reply.values);
  }
  return { pieces };
}

function snapshotOf(earlier: number[][], later: number[][]): number[][] | undefined {
  const changed = earlier.flatMap((piece, index) => (same(piece, later[index] ?? []) ? [] : [index]));
  if (changed.length > 1) return undefined;
  const [only] = changed;
  if (only === undefined || only === earlier.length - 1) return earlier;
  return only === 0 ? later : undefined;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.every((word, index) => word === b[index]);
}
