import { type Link, type LinkSample, SAMPLES_KEPT } from './link-statistics.ts';

export interface MoveRules {
  /** How much better another gateway must hear the device. */
  betterByDb: number;
  /** After a move the device stays for so long, unless its home dies. */
  restMs: number;
  /** A home that was away for so long is replaced, if somebody else hears the device. */
  deadAfterMs: number;
  /** Frames after which a home that heard none of them is known to be deaf. */
  deafAfter: number;
}

export const MOVE_RULES: MoveRules = { betterByDb: 6, restMs: 3_600_000, deadAfterMs: 600_000, deafAfter: 5 };

export interface Candidate {
  gateway: string;
  /** Mean over its last frames; absent where it heard none of late. */
  marginDb?: number;
  frames: number;
  lastHeardAt?: number;
}

export function candidateOf({ gateway, samples }: Link): Candidate {
  const last = samples.at(-1);
  return {
    gateway,
    frames: samples.length,
    ...(samples.length > 0 && { marginDb: meanOf(samples) }),
    ...(last && { lastHeardAt: last[0] }),
  };
}

/** The gateway that hears the device so much better that it should be its home; undefined where it stays. */
export function betterHome(home: string, links: readonly Link[], rules: MoveRules): string | undefined {
  const own = links.find(({ gateway }) => gateway === home)?.samples ?? [];
  let best: { gateway: string; marginDb: number } | undefined;
  for (const { gateway, samples } of links) {
    const [first] = samples;
    if (gateway === home || !first || !isBetter(own, samples, first[0], rules)) continue;
    const marginDb = meanOf(samples);
    if (!best || marginDb > best.marginDb) best = { gateway, marginDb };
  }
  return best?.gateway;
}

/** Both are held to the same time: what the home heard before the other's first frame says nothing of today. */
function isBetter(own: readonly LinkSample[], other: readonly LinkSample[], since: number, rules: MoveRules): boolean {
  const recent = own.filter(([at]) => at >= since);
  if (recent.length === 0) return other.length >= rules.deafAfter;
  return other.length >= SAMPLES_KEPT && meanOf(other) - meanOf(recent) >= rules.betterByDb;
}

/** Gateways that heard the device since then, the best first. */
export function heirs(home: string, links: readonly Link[], since: number): string[] {
  return links
    .filter(({ gateway, samples }) => gateway !== home && (samples.at(-1)?.[0] ?? 0) > since)
    .sort((a, b) => meanOf(b.samples) - meanOf(a.samples))
    .map(({ gateway }) => gateway);
}

function meanOf(samples: readonly LinkSample[]): number {
  const sum = samples.reduce((total, [, marginDb]) => total + marginDb, 0);
  return samples.length === 0 ? Number.NEGATIVE_INFINITY : Math.round((sum / samples.length) * 10) / 10;
}
