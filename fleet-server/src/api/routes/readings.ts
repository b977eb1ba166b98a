import { Slug, VigieError } from '@vigie/contract';
import Type from 'typebox';
import { CityMessage } from '../../subscriptions/city-message.ts';
import { listLatestReadings } from '../../subscriptions/latest-readings.ts';
import { readHistory } from '../../subscriptions/reading-history.ts';
import { LiveStreams } from '../live-stream.ts';
import type { ApiParts, App } from '../parts.ts';
import { answers, LatestReading, Limit, listOf } from '../schemas.ts';

const ofTenant = Type.Object({ tenant: Slug });
const Cursor = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Quantity = Type.String({ maxLength: 64 });

export function readingRoutes(app: App, { db, tail, catalogue }: ApiParts): void {
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
        response: answers(Type.Object({ items: Type.Array(CityMessage), next: Type.Integer(), more: Type.Boolean() })),
      },
    },
    async (request) => {
      const { after = 0, limit = 100, ...filter } = request.query;
      const page = await readHistory({ db, tail, unitOf }, request.params, { after, limit, ...filter });
      return { items: page.messages, next: page.next, more: page.more };
    },
  );
}

export function liveRoutes(app: App, { tail, catalogue, limits }: ApiParts): void {
  const streams = new LiveStreams(tail, catalogue.unitOf, limits.liveStreams);
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
      const last = Number(request.headers['last-event-id']);
      const opened = streams.open(reply, {
        tenant: request.params.tenant,
        ...request.query,
        after: Number.isSafeInteger(last) && last > 0 ? last : tail.head,
      });
      if (!opened) throw new VigieError('RATE_LIMITED', 'Too many live streams');
      return reply;
    },
  );
}
