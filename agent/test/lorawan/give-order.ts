import type { LorawanOrder, OrderProgress } from '../../src/device-order.ts';
import type { RadioBench } from './radio-bench.ts';

export interface GivenOrder {
  /** What was reported of it. */
  progress: OrderProgress[];
  /** When it asked for leave to begin, epoch milliseconds. */
  begun: number[];
}

/** Orders a downlink that is valid for a minute. */
export function giveOrder(
  { stage }: RadioBench,
  device: string,
  payload: LorawanOrder['payload'],
  { id = 'order', notBefore }: { id?: string; notBefore?: number | undefined } = {},
): GivenOrder {
  const given: GivenOrder = { progress: [], begun: [] };
  const expiresAt = (notBefore ?? Date.now()) + 60_000;
  stage.execute(
    { id, device, expiresAt, payload, ...(notBefore !== undefined && { notBefore }) },
    {
      begin: async () => {
        given.begun.push(Date.now());
        return true;
      },
      report: (step) => void given.progress.push(step),
    },
  );
  return given;
}
