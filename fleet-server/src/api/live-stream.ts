import { once } from 'node:events';
import type { FastifyReply } from 'fastify';
import { cityMessages, type LogEntry, type UnitOf } from '../subscriptions/city-message.ts';
import type { LogTail } from '../subscriptions/log-tail.ts';
import type { ApiLimits } from './parts.ts';

const PAGE = 200;
const HEARTBEAT_MS = 15_000;
/** Then the browser connects again, and shows anew who it is. */
const MAX_LIFE_MS = 30 * 60_000;

export interface LiveQuery {
  tenant: string;
  /** Who looks: places are counted by person, or by the person behind a token. */
  viewer: string;
  after: number;
  gateway?: string;
  device?: string;
}

type LiveLimits = Pick<ApiLimits, 'liveStreams' | 'liveStreamsPerTenant' | 'liveStreamsPerPerson'>;

export interface LiveParts {
  tail: LogTail;
  unitOf: UnitOf;
  limits: LiveLimits;
  sealId: (tenant: string, id: number) => string;
}

/** Server-sent events (WHATWG HTML, 9.2) out of the log: a slow reader falls behind and queues nothing. */
export class LiveStreams {
  readonly #tail: LogTail;
  readonly #unitOf: UnitOf;
  readonly #limits: LiveLimits;
  readonly #sealId: (tenant: string, id: number) => string;
  readonly #open = new Map<AbortController, LiveQuery>();

  constructor({ tail, unitOf, limits, sealId }: LiveParts) {
    this.#tail = tail;
    this.#unitOf = unitOf;
    this.#limits = limits;
    this.#sealId = sealId;
  }

  /** Why there is no place, or undefined where the stream goes on. */
  open(reply: FastifyReply, query: LiveQuery): 'all' | 'tenant' | 'person' | undefined {
    const full = this.#full(query);
    if (full) return full;
    const stop = new AbortController();
    this.#open.set(stop, query);
    const { raw } = reply;
    const life = setTimeout(() => stop.abort(), MAX_LIFE_MS);
    raw.on('close', () => stop.abort());
    reply.hijack();
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    raw.write('retry: 3000\n\n');
    this.#follow(raw, query, stop.signal)
      .catch((error: Error) => raw.destroy(error))
      .finally(() => {
        clearTimeout(life);
        this.#open.delete(stop);
        raw.end();
      });
    return undefined;
  }

  /** Rights changed: whoever may still look connects again and shows anew who it is. */
  stop(): void {
    for (const stream of this.#open.keys()) stream.abort();
  }

  #full({ tenant, viewer }: LiveQuery): 'all' | 'tenant' | 'person' | undefined {
    const open = [...this.#open.values()];
    const count = (isOne: (query: LiveQuery) => boolean) => open.filter(isOne).length;
    if (count((query) => query.viewer === viewer) >= this.#limits.liveStreamsPerPerson) return 'person';
    if (count((query) => query.tenant === tenant) >= this.#limits.liveStreamsPerTenant) return 'tenant';
    return open.length >= this.#limits.liveStreams ? 'all' : undefined;
  }

  async #follow(raw: FastifyReply['raw'], query: LiveQuery, signal: AbortSignal): Promise<void> {
    let position = query.after;
    while (!signal.aborted) {
      const page = await this.#tail.read(position, { tenant: query.tenant, limit: PAGE });
      position = page.through;
      const text = page.entries.filter((entry) => wanted(entry, query)).map((entry) => this.#events(entry));
      if (text.length > 0 && !raw.write(text.join(''))) await once(raw, 'drain', { signal }).catch(() => undefined);
      while (position >= this.#tail.head && !signal.aborted) {
        if (!(await this.#appended(signal))) raw.write(': still here\n\n');
      }
    }
  }

  #events(entry: LogEntry): string {
    return cityMessages(entry, this.#unitOf)
      .map((message) => `id: ${this.#sealId(entry.tenant, entry.id)}\ndata: ${JSON.stringify(message)}\n\n`)
      .join('');
  }

  /** True when something came, false when it was quiet for a while. */
  #appended(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (came: boolean) => {
        stopListening();
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        resolve(came);
      };
      const aborted = () => finish(true);
      const stopListening = this.#tail.onAppend(() => finish(true));
      const timer = setTimeout(() => finish(false), HEARTBEAT_MS);
      signal.addEventListener('abort', aborted);
    });
  }
}

function wanted({ gateway, record }: LogEntry, query: LiveQuery): boolean {
  return (
    (query.gateway === undefined || query.gateway === gateway) &&
    (query.device === undefined || query.device === record.device)
  );
}
