import { Slug } from '@vigie/contract';
import Type from 'typebox';
import type { Db } from '../../store/database.ts';
import type { Cursors } from '../cursors.ts';
import type { ApiParts, App } from '../parts.ts';
import { AuditRow, answers, Cursor, Event, Limit, listOf, PoisonRecord } from '../schemas.ts';

const ofTenant = Type.Object({ tenant: Slug });
const Before = Type.Optional(Cursor);
const newest = Type.Object({ before: Before, limit: Limit });

/** What happened, the newest first. */
export function eventRoutes(app: App, { db, cursors }: ApiParts): void {
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
      const { tenant } = request.params;
      if (before !== undefined) query = query.where('id', '<', cursors.open('events', tenant, before));
      if (gateway !== undefined) query = query.where('gateway', '=', gateway);
      const rows = await query.orderBy('id', 'desc').limit(limit).execute();
      const items = rows.map(({ tenant: _, id, gateway, device, message, ...event }) => ({
        ...{ id: cursors.seal('events', tenant, id), ...event },
        ...(gateway === null ? {} : { gateway }),
        ...(device === null ? {} : { device }),
        ...(message === null ? {} : { message }),
      }));
      return { items };
    },
  );
}

export function poisonRecordRoutes(app: App, { db, cursors }: ApiParts): void {
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
      const { tenant } = request.params;
      const last = before === undefined ? undefined : cursors.open('poison-records', tenant, before);
      if (last !== undefined) query = query.where('poisonRecords.id', '<', last);
      const rows = await query.orderBy('poisonRecords.id', 'desc').limit(limit).execute();
      return { items: rows.map(({ id, ...row }) => ({ ...row, id: cursors.seal('poison-records', tenant, id) })) };
    },
  );
}

export function auditRoutes(app: App, { db, cursors }: ApiParts): void {
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
      return { items: await auditRows(db, cursors, request.params.tenant, request.query) };
    },
  );
}

/** What concerns no tenant: for people of the whole installation. */
export function installationLogRoutes(app: App, { db, cursors }: ApiParts): void {
  app.get(
    '/events',
    {
      config: { access: { role: 'viewer', installation: true } },
      schema: {
        operationId: 'listInstallationEvents',
        tags: ['logbook'],
        summary: 'Events of the installation that concern no tenant alone, the newest first.',
        querystring: newest,
        response: answers(listOf(Event)),
      },
    },
    async (request) => {
      const { before, limit = 100 } = request.query;
      let query = db.selectFrom('installationEvents').selectAll();
      if (before !== undefined) query = query.where('id', '<', cursors.open('events', INSTALLATION, before));
      const rows = await query.orderBy('id', 'desc').limit(limit).execute();
      const items = rows.map(({ id, message, ...event }) => ({
        ...{ id: cursors.seal('events', INSTALLATION, id), source: 'server' as const, ...event, storedAt: event.at },
        ...(message === null ? {} : { message }),
      }));
      return { items };
    },
  );

  app.get(
    '/audit',
    {
      config: { access: { role: 'administrator', installation: true } },
      schema: {
        operationId: 'listInstallationAuditRows',
        tags: ['logbook'],
        summary: 'Who changed what in the installation itself, the newest first.',
        querystring: newest,
        response: answers(listOf(AuditRow)),
      },
    },
    async (request) => ({ items: await auditRows(db, cursors, null, request.query) }),
  );
}

/** No tenant has this name. */
const INSTALLATION = '';

async function auditRows(
  db: Db,
  cursors: Cursors,
  tenant: string | null,
  { before, limit = 100 }: { before?: string; limit?: number },
) {
  const whose = tenant ?? INSTALLATION;
  let query = db.selectFrom('auditRows').selectAll();
  query = tenant === null ? query.where('tenant', 'is', null) : query.where('tenant', '=', tenant);
  if (before !== undefined) query = query.where('id', '<', cursors.open('audit', whose, before));
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map(({ id, details, digest: _, ...row }) => ({
    ...{ ...row, id: cursors.seal('audit', whose, id) },
    details: JSON.parse(details) as Record<string, unknown>,
  }));
}
