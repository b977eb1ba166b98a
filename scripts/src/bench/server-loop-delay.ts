import { request } from 'node:https';
import type { District } from '../demo/district.ts';

interface Buckets {
  /** Samples up to each bound in seconds, the last for all. */
  counts: Map<number, number>;
}

const BUCKET = /^vigie_event_loop_delay_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm;

/** How late the fleet server's event loop is from now on until it is asked, out of the server's own metrics. */
export class LoopDelay {
  readonly #district: District;
  readonly #before: Buckets;

  private constructor(district: District, before: Buckets) {
    this.#district = district;
    this.#before = before;
  }

  static async watch(district: District): Promise<LoopDelay> {
    return new LoopDelay(district, await scrape(district));
  }

  async summary(): Promise<string> {
    const after = await scrape(this.#district);
    const counts = [...after.counts].map(
      ([bound, count]) => [bound, count - (this.#before.counts.get(bound) ?? 0)] as const,
    );
    const all = counts.at(-1)?.[1] ?? 0;
    const within = (share: number) => counts.find(([, count]) => count >= share * all)?.[0] ?? Number.NaN;
    const text = (seconds: number) => (Number.isFinite(seconds) ? `${seconds * 1_000} ms` : 'more than a second');
    return `the event loop is at most ${text(within(0.99))} late in 99 of 100 samples, ${text(within(1))} in all`;
  }
}

function scrape(district: District): Promise<Buckets> {
  return new Promise((resolve, reject) => {
    const url = new URL('/metrics', district.console);
    const call = request(url, { ca: district.platform?.ca, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        const found = [...text.matchAll(BUCKET)].map(
          ([, bound, count]) => [Number(bound?.replace('+Inf', 'Infinity')), Number(count)] as const,
        );
        resolve({ counts: new Map(found) });
      });
    });
    call.on('error', reject);
    call.end();
  });
}
