import { Slug, VigieError } from '@vigie/contract';
import Type from 'typebox';
import { ownerOf } from '../../identity/principal.ts';
import { CityMessage } from '../../subscriptions/city-message.ts';
import { listLatestReadings } from '../../subscriptions/latest-readings.ts';
import { readHistory } from '../../subscriptions/reading-history.ts';
import { principalOf } from '../access.ts';
import type { Cursors } from '../cursors.ts';
import { ApiError } from '../errors.ts';
import { LiveStreams } from '../live-stream.ts';
import type { ApiParts, App } from '../parts.ts';
import { answers, LatestReading, Limit, listOf } from '../schemas.ts';

const ofTenant = Type.Object({ tenant: Slug });
/** Of a record, and how many of its readings the page before held. */
const ReadingCursor = Type.String({
  pattern: '^(0|[A-Za-z0-9_-]{22}([.][0-9]{1,4})?)$',
  description: 'As the list gave it; `0` is the beginning.',
});
const Moment = (description: string) =>
  Type.String({ maxLength: 40, format: 'date-time', description: `${description} ISO 8601 with a zone.` });
const Quantity = Type.String({ maxLength: 64 });

export function readingRoutes(app: App, { db, tail, catalogue, cursors }: ApiParts): void {
  const { unitOf } = catalogue;

  app.get(
    '/tenants/:tenant/readings/latest',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listLatestReadings',
        tags: ['readings'],
        summary: 'The newest reading of each quantity of each device, at most a second old.',
        params: ofTenant,
        querystring: Type.Object({ gateway: Type.Optional(Slug), device: Type.Optional(Slug), limit: Limit }),
        response: answers(listOf(LatestReading)),
      },
    },
    async (request) => {
      const { limit = 100, ...filter } = request.query;
      return { items: await listLatestReadings(db, request.params, { ...filter, limit }, unitOf) };
    },
  );

  app.get(
    '/tenants/:tenant/readings',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listReadings',
        tags: ['readings'],
        summary: 'Readings in the order in which they were stored, from a cursor on.',
        description:
          'Give `next` as `after` to go on, also after an empty page. Nothing ever comes in before a cursor. With `from` or `to` a page may be empty although there is more: go on while `more` says so.',
        params: ofTenant,
        querystring: Type.Object({
          after: Type.Optional(ReadingCursor),
          limit: Limit,
          from: Type.Optional(Moment('Only readings whose `at` is this or later.')),
          to: Type.Optional(Moment('Only readings whose `at` is earlier than this.')),
          gateway: Type.Optional(Slug),
          device: Type.Optional(Slug),
          quantity: Type.Optional(Quantity),
        }),
        response: answers(Type.Object({ items: Type.Array(CityMessage), next: ReadingCursor, more: Type.Boolean() })),
      },
    },
    async (request) => {
      const { after: cursor = '0', limit = 100, from, to, ...filter } = request.query;
      const { tenant } = request.params;
      const range = { ...momentOf('from', from), ...momentOf('to', to) };
      const begin = openReadingCursor(cursors, tenant, cursor);
      const page = await readHistory({ db, tail, unitOf }, request.params, { ...begin, limit, ...range, ...filter });
      return { items: page.messages, next: sealReadingCursor(cursors, tenant, page.next), more: page.more };
    },
  );
}

export function liveRoutes(app: App, { tail, catalogue, limits, cursors, signIn, refusals }: ApiParts): void {
  const sealId = (tenant: string, id: number) => cursors.seal('readings', tenant, id);
  const streams = new LiveStreams({ tail, unitOf: catalogue.unitOf, limits, sealId });
  signIn.onForget(() => streams.stop());
  app.addHook('preClose', async () => streams.stop());

  app.get(
    '/tenants/:tenant/readings/live',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'streamReadings',
        tags: ['readings'],
        summary: 'Readings as server-sent events while they come in.',
        description: 'Each event is one reading; `Last-Event-ID` goes on after a record.',
        params: ofTenant,
        querystring: Type.Object({ gateway: Type.Optional(Slug), device: Type.Optional(Slug) }),
        response: {
          200: { content: { 'text/event-stream': { schema: Type.String() } } },
          '4xx': ApiError,
          '5xx': ApiError,
        },
      },
    },
    async (request, reply) => {
      const { tenant } = request.params;
      const principal = principalOf(request);
      const last = request.headers['last-event-id'];
      const after = typeof last === 'string' ? positionAfter(cursors, tenant, last) : undefined;
      const viewer = ownerOf(principal) ?? principal.id;
      const full = streams.open(reply, { ...request.query, tenant, viewer, after: after ?? tail.head });
      if (full) {
        refusals.note('live', `places-of-${full}`, { tenant });
        throw new VigieError('RATE_LIMITED', 'Too many live streams');
      }
      return reply;
    },
  );
}

function momentOf<K extends 'from' | 'to'>(name: K, text: string | undefined): { [name in K]?: number } {
  if (text === undefined) return {};
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new VigieError('REQUEST_INVALID', `${name} is no time such as 2026-06-21T20:00:00Z`);
  return { [name]: at } as { [name in K]?: number };
}

interface ReadingPlace {
  after: number;
  taken: number;
}

function openReadingCursor(cursors: Cursors, tenant: string, text: string): ReadingPlace {
  const [cursor = '', taken] = text.split('.');
  const id = cursors.open('readings', tenant, cursor);
  return taken === undefined ? { after: id, taken: 0 } : { after: id - 1, taken: Number(taken) };
}

function sealReadingCursor(cursors: Cursors, tenant: string, { after, taken }: ReadingPlace): string {
  if (taken === 0) return cursors.seal('readings', tenant, after);
  return `${cursors.seal('readings', tenant, after + 1)}.${taken}`;
}

/** Undefined for one that was not given here: the stream goes on with what is new. */
function positionAfter(cursors: Cursors, tenant: string, cursor: string): number | undefined {
  try {
    return cursors.open('readings', tenant, cursor) || undefined;
  } catch (error) {
    if (error instanceof VigieError) return undefined;
    throw error;
  }
}
