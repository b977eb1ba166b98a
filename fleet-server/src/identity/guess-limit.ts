import { VigieError } from '@vigie/contract';
import type { Clock } from '../clock.ts';
import { Attempts } from './attempts.ts';

/** An attempt that may be made; it counts as a wrong one unless it succeeds. */
export interface Guess {
  succeeded(): void;
}

export interface GuessRules {
  /** One name from one address. */
  pair: { max: number; windowMs: number };
  /** All names from one address. */
  address: { max: number; windowMs: number };
  /** One name from one browser that has signed in to it before. */
  device?: { max: number; windowMs: number };
}

/**
 * Holds up whoever guesses, and nobody else: counted is the pair of address and name, then the address, never the name alone,
 * which anybody could lock from outside. A town hall shares one address, so that who has signed in from a browser before is
 * counted by that browser (OWASP, device cookies), whatever others behind the address do.
 */
export class GuessLimit {
  readonly #pairs: Attempts;
  readonly #addresses: Attempts;
  readonly #devices: Attempts | undefined;

  constructor(clock: Clock, { pair, address, device }: GuessRules) {
    this.#pairs = new Attempts(clock, pair);
    this.#addresses = new Attempts(clock, address);
    this.#devices = device && new Attempts(clock, device);
  }

  /** Takes the attempt before any work begins. Throws RATE_LIMITED. */
  begin({ address, name, device }: { address: string; name: string; device?: string | undefined }): Guess {
    const counted =
      device !== undefined && this.#devices
        ? [{ attempts: this.#devices, key: device }]
        : [
            { attempts: this.#pairs, key: `${address} ${name}` },
            { attempts: this.#addresses, key: address },
          ];
    if (counted.some(({ attempts, key }) => !attempts.mayTry(key))) throw new VigieError('RATE_LIMITED');
    for (const { attempts, key } of counted) attempts.take(key);
    const [first, ...others] = counted;
    return {
      succeeded: () => {
        first?.attempts.forget(first.key);
        for (const { attempts, key } of others) attempts.giveBack(key);
      },
    };
  }
}
