/** One reading as the simulated city wrote it down or as a platform received it. */
export interface Observation {
  device: string;
  quantity: string;
  channel?: string;
  value: number | string;
}

export interface Verdict {
  emitted: number;
  received: number;
  /** Emitted and never received. */
  lost: number;
  /** Received more often than emitted: stored twice, or under two ids. */
  duplicates: number;
  /** The first few of either, for people. */
  examples: string[];
}

const MAX_EXAMPLES = 10;

/**
 * Holds what a platform received, already without MQTT redeliveries, against the ground truth: as multisets, since a
 * meter may well say the same twice and lanes may change the order.
 */
export function judge(emitted: readonly Observation[], received: readonly Observation[]): Verdict {
  const balance = new Map<string, number>();
  for (const observation of emitted) add(balance, observation, 1);
  for (const observation of received) add(balance, observation, -1);
  let lost = 0;
  let duplicates = 0;
  const examples: string[] = [];
  for (const [key, difference] of balance) {
    if (difference > 0) lost += difference;
    if (difference < 0) duplicates -= difference;
    if (difference !== 0 && examples.length < MAX_EXAMPLES) {
      examples.push(`${difference > 0 ? 'lost' : 'too many'} ${Math.abs(difference)} × ${key}`);
    }
  }
  return { emitted: emitted.length, received: received.length, lost, duplicates, examples };
}

function add(balance: Map<string, number>, { device, quantity, channel, value }: Observation, amount: number): void {
  const key = `${device} ${quantity}${channel === undefined ? '' : `/${channel}`} = ${canonical(value)}`;
  balance.set(key, (balance.get(key) ?? 0) + amount);
}

/** Decoding and scaling may differ in the last binary digits; counters are integers and exact. */
function canonical(value: number | string): string {
  if (typeof value === 'string' || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}
