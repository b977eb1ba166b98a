import { request } from 'node:https';
import type { District } from '../demo/district.ts';

/** Samples up to each bound in seconds, the last for all; by the name of the histogram. */
type Histograms = Map<string, Map<number, number>>;

const BUCKET = /^vigie_event_loop_(delay|work)_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm;

/** How late the fleet server's event loop is from now on until it is asked, out of the server's own metrics. */
export class LoopDelay {
  readonly #district: District;
  readonly #before: Histograms;

  private constructor(district: District, before: Histograms) {
    this.#district = district;
    this.#before = before;
  }

  static async watch(district: District): Promise<LoopDelay> {
    return new LoopDelay(district, await scrape(district));
  }

  async summary(): Promise<string> {
    const after = await scrape(this.#district);
    const within = (name: string, share: number) => {
      const counts = [...(after.get(name) ?? [])].map(
        ([bound, count]) => [bound, count - (this.#before.get(name)?.get(bound) ?? 0)] as const,
      );
      const all = counts.at(-1)?.[1] ?? 0;
      const seconds = counts.find(([, count]) => count >= share * all)?.[0] ?? Number.NaN;
      return Number.isFinite(seconds) ? `${seconds * 1_000} ms` : 'more than a second';
    };
    const of = (name: string) => `at most ${within(name, 0.99)} in 99 of 100 samples, ${within(name, 1)} in all`;
    return `the event loop is late by ${of('delay')}; by its own work ${of('work')}`;
  }
}

function scrape(district: District): Promise<Histograms> {
  return new Promise((resolve, reject) => {
    const url = new URL('/metrics', district.console);
    const call = request(
      url,
      { ca: district.platform?.ca, agent: false, headers: district.api.headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => {
          const found: Histograms = new Map();
          for (const [, name = '', bound = '', count] of text.matchAll(BUCKET)) {
            const buckets = found.get(name) ?? new Map<number, number>();
            found.set(name, buckets.set(Number(bound.replace('+Inf', 'Infinity')), Number(count)));
          }
          resolve(found);
        });
      },
    );
    call.on('error', reject);
    call.end();
  });
}
