import type { LorawanDevice } from '@vigie/contract';

/**
 * The 32-bit counter behind the 16 bits on the air (LoRaWAN 1.0.x, section 4.3.1.5). The MIC covers all 32 bits, so a
 * candidate is right when the MIC fits it.
 */
export type CounterOutcome =
  | { kind: 'new'; fCnt: number }
  /** The frame that came last, once more. */
  | { kind: 'retransmission'; fCnt: number }
  /** Another frame under the counter of the last one: a device that began anew, or a replay. */
  | { kind: 'other'; fCnt: number }
  /** Heard before, or older than what was heard. */
  | { kind: 'replay'; fCnt: number }
  /** Below what was heard and a possible restart of the device from 0. */
  | { kind: 'reset'; fCnt: number }
  /** Genuine, but more were missed than the version allows. */
  | { kind: 'gap'; fCnt: number }
  | { kind: 'forged' };

/** What is known of a session's counter before a frame. */
export interface CounterState {
  /** The first counter that was not heard yet. */
  next: number;
  macVersion: LorawanDevice['macVersion'];
  /** Whether the frame has the MIC of the last one; undefined where that one's is not known any more. */
  isLast: boolean | undefined;
  /** Nothing was heard before that a counter far ahead could be held against. */
  mayLeap: boolean;
  /** So many values of the upper half are tried beyond the one that follows from `next`. */
  upperHalves: number;
}

/** Until 1.0.3; 1.0.4 lets a counter jump as far as 16 bits can tell. */
const MAX_FCNT_GAP = 16_384;
const WRAP = 0x1_0000;
const LAST_COUNTER = 0xffff_ffff;

export function resolveCounter(
  { next, macVersion, isLast, mayLeap, upperHalves }: CounterState,
  fCnt16: number,
  micFits: (fCnt: number) => boolean,
): CounterOutcome {
  const ahead = (fCnt16 - (next % WRAP) + WRAP) % WRAP;
  const forward = next + ahead;
  const behind = forward - WRAP;
  if (behind >= 0 && behind === next - 1 && micFits(behind)) {
    return { kind: isLast === false ? 'other' : 'retransmission', fCnt: behind };
  }
  if (forward <= LAST_COUNTER && micFits(forward)) {
    const tooFar = !mayLeap && macVersion !== '1.0.4' && ahead >= MAX_FCNT_GAP;
    return { kind: tooFar ? 'gap' : 'new', fCnt: forward };
  }
  // Only to name the reason, and to know a restarted device: neither is let in by itself.
  if (fCnt16 < next && micFits(fCnt16)) return { kind: 'reset', fCnt: fCnt16 };
  if (behind > fCnt16 && micFits(behind)) return { kind: 'replay', fCnt: behind };
  for (let upper = 1; upper <= upperHalves; upper += 1) {
    const fCnt = forward + upper * WRAP;
    if (fCnt <= LAST_COUNTER && micFits(fCnt)) return { kind: 'new', fCnt };
  }
  return { kind: 'forged' };
}
