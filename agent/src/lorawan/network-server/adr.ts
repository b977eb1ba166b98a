/**
 * Adaptive data rate (LoRaWAN 1.0.x, section 4.3.1.1), by the algorithm that Semtech recommends: from the best SNR of
 * the last frames, in steps of 3 dB, first a faster data rate, then less power; repetitions by the share of lost frames.
 */
export interface AdrSample {
  fCnt: number;
  bestSnrDb: number;
}

/** What a device was told and took. `txPower` is an index: 0 the most. */
export interface AdrState {
  dataRate: number;
  txPower: number;
  transmissions: number;
}

export interface AdrBounds {
  requiredSnrDb: number;
  maxDataRate: number;
  minTxPower: number;
  maxTxPower: number;
}

export const ADR_HISTORY = 20;
/** What a link may lose by weather, leaves and parked vans before it breaks. */
const INSTALLATION_MARGIN_DB = 10;
const STEP_DB = 3;
const MAX_TRANSMISSIONS = 3;

/** Repetitions by [loss up to 5 %, 10 %, 30 %, more] and the present number. */
const TRANSMISSIONS_BY_LOSS: readonly (readonly [number, number, number])[] = [
  [1, 1, 2],
  [1, 2, 3],
  [2, 3, 3],
  [3, 3, 3],
];

/** The oldest samples fall out; a counter that fell begins a new history. */
export function remember(history: readonly AdrSample[], sample: AdrSample): AdrSample[] {
  const last = history.at(-1);
  return last && sample.fCnt <= last.fCnt ? [sample] : [...history, sample].slice(-ADR_HISTORY);
}

/** What the device should do from now on; equal to `state` where nothing is to change. */
export function adapt(history: readonly AdrSample[], state: AdrState, bounds: AdrBounds): AdrState {
  if (history.length === 0) return state;
  const isFull = history.length >= ADR_HISTORY;
  const bestSnrDb = Math.max(...history.map((sample) => sample.bestSnrDb));
  let steps = Math.floor((bestSnrDb - bounds.requiredSnrDb - INSTALLATION_MARGIN_DB) / STEP_DB);
  // One bad frame does not raise the power again.
  if (steps < 0 && !isFull) steps = 0;
  let { dataRate } = state;
  let txPower = Math.max(state.txPower, bounds.minTxPower);
  for (; steps > 0; steps -= 1) {
    if (dataRate < bounds.maxDataRate) dataRate += 1;
    else if (txPower < bounds.maxTxPower) txPower += 1;
  }
  for (; steps < 0 && txPower > bounds.minTxPower; steps += 1) txPower -= 1;
  return { dataRate, txPower, transmissions: isFull ? transmissionsFor(history, state) : state.transmissions };
}

function transmissionsFor(history: readonly AdrSample[], { transmissions }: AdrState): number {
  const first = history[0]?.fCnt ?? 0;
  const last = history.at(-1)?.fCnt ?? 0;
  const sent = last - first + 1;
  const lossPercent = (100 * (sent - history.length)) / sent;
  const row = lossPercent < 5 ? 0 : lossPercent < 10 ? 1 : lossPercent < 30 ? 2 : 3;
  const column = Math.min(MAX_TRANSMISSIONS, Math.max(1, transmissions)) - 1;
  return TRANSMISSIONS_BY_LOSS[row]?.[column] ?? 1;
}
