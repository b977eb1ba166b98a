import { Slug } from '@vigie/contract';
import Type from 'typebox';
import type { ApiParts, App } from '../parts.ts';
import { AuditRow, answers, Event, Limit, listOf, PoisonRecord } from '../schemas.ts';

const ofTenant = Type.Object({ tenant: Slug });
const Before = Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }));
const newest = Type.Object({ before: Before, limit: Limit });

/** What happened, the newest first. */
export function eventRoutes(app: App, { db }: ApiParts): void {
  app.get(
    '/tenants/:tenant/events',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listEvents',
        tags: ['logbook'],
        summary: 'Events of gateways and of the server, the newest first.',
        params: ofTenant,
        querystring: Type.Object({ before: Before, limit: Limit, gateway: Type.Optional(Slug) }),
        response: answers(listOf(Event)),
      },
    },
    async (request) => {
      const { before, limit = 100, gateway } = request.query;
      let query = db.selectFrom('events').selectAll().where('tenant', '=', request.params.tenant);
      if (before !== undefined) query = query.where('id', '<', before);
      if (gateway !== undefined) query = query.where('gateway', '=', gateway);
      const rows = await query.orderBy('id', 'desc').limit(limit).execute();
      const items = rows.map(({ tenant: _, gateway, device, message, ...event }) => ({
        ...event,
        ...(gateway === null ? {} : { gateway }),
        ...(device === null ? {} : { device }),
        ...(message === null ? {} : { message }),
      }));
      return { items };
    },
  );
}

export function poisonRecordRoutes(app: App, { db }: ApiParts): void {
  app.get(
    '/tenants/:tenant/poison-records',
    {
      config: { access: { role: 'operator' } },
      schema: {
        operationId: 'listPoisonRecords',
        tags: ['logbook'],
        summary: 'Records that broke their schema and were kept aside, the newest first.',
        params: ofTenant,
        querystring: newest,
        response: answers(listOf(PoisonRecord)),
      },
    },
    async (request) => {
      const { before, limit = 100 } = request.query;
      let query = db
        .selectFrom('poisonRecords')
        .innerJoin('streams', 'streams.id', 'poisonRecords.stream')
        .selectAll('poisonRecords')
        .select('streams.epoch')
        .where('tenant', '=', request.params.tenant);
      if (before !== undefined) query = query.where('poisonRecords.id', '<', before);
      const rows = await query.orderBy('poisonRecords.id', 'desc').limit(limit).execute();
      return { items: rows };
    },
  );
}

export function auditRoutes(app: App, { db }: ApiParts): void {
  app.get(
    '/tenants/:tenant/audit',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'listAuditRows',
        tags: ['logbook'],
        summary: 'Who changed what, the newest first.',
        params: ofTenant,
        querystring: newest,
        response: answers(listOf(AuditRow)),
      },
    },
    async (request) => {
      const { before, limit = 100 } = request.query;
      let query = db.selectFrom('auditRows').selectAll().where('tenant', '=', request.params.tenant);
      if (before !== undefined) query = query.where('id', '<', before);
      const rows = await query.orderBy('id', 'desc').limit(limit).execute();
      return { items: rows.map((row) => ({ ...row, details: JSON.parse(row.details) as Record<string, unknown> })) };
    },
  );
}
