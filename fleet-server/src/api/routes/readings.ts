import { Slug, VigieError } from '@vigie/contract';
import Type from 'typebox';
import { ownerOf } from '../../identity/principal.ts';
import { CityMessage } from '../../subscriptions/city-message.ts';
import { listLatestReadings } from '../../subscriptions/latest-readings.ts';
import { readHistory } from '../../subscriptions/reading-history.ts';
import { principalOf } from '../access.ts';
import type { Cursors } from '../cursors.ts';
import { LiveStreams } from '../live-stream.ts';
import type { ApiParts, App } from '../parts.ts';
import { answers, Cursor, LatestReading, Limit, listOf } from '../schemas.ts';

const ofTenant = Type.Object({ tenant: Slug });
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
          'Give `next` as `after` to go on, also after an empty page. Nothing ever comes in before a cursor. `limit` counts records; one may hold several readings.',
        params: ofTenant,
        querystring: Type.Object({
          after: Type.Optional(Cursor),
          limit: Limit,
          gateway: Type.Optional(Slug),
          device: Type.Optional(Slug),
          quantity: Type.Optional(Quantity),
        }),
        response: answers(Type.Object({ items: Type.Array(CityMessage), next: Cursor, more: Type.Boolean() })),
      },
    },
    async (request) => {
      const { after: cursor = '0', limit = 100, ...filter } = request.query;
      const { tenant } = request.params;
      const after = cursors.open('readings', tenant, cursor);
      const page = await readHistory({ db, tail, unitOf }, request.params, { after, limit, ...filter });
      return { items: page.messages, next: cursors.seal('readings', tenant, page.next), more: page.more };
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
        produces: ['text/event-stream'],
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

/** Undefined for one that was not given here: the stream goes on with what is new. */
function positionAfter(cursors: Cursors, tenant: string, cursor: string): number | undefined {
  try {
    return cursors.open('readings', tenant, cursor) || undefined;
  } catch (error) {
    if (error instanceof VigieError) return undefined;
    throw error;
  }
}
