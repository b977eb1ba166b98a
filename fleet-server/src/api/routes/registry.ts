import { GatewayConfig, Slug, VigieError } from '@vigie/contract';
import { summariseDefinition } from '@vigie/decoders';
import Type from 'typebox';
import { actorOf } from '../../identity/principal.ts';
import { createSite, deleteSite, listSites, updateSite } from '../../registry/sites.ts';
import { createTenant, findTenant, listTenants } from '../../registry/tenants.ts';
import { principalOf } from '../access.ts';
import type { ApiParts, App } from '../parts.ts';
import { answers, DONE, listOf, Name, Position, Site, Tenant } from '../schemas.ts';

const SiteBody = { name: Name, position: Type.Optional(Position) };

export function catalogueRoutes(app: App, { catalogue }: ApiParts): void {
  app.get(
    '/catalogue',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listDefinitions',
        tags: ['catalogue'],
        summary: 'Models of devices that are known, with their commands.',
        response: answers(listOf(Type.Object({ id: Type.String() }, { additionalProperties: true }))),
      },
    },
    async () => ({ items: catalogue.list().map((definition) => ({ ...summariseDefinition(definition) })) }),
  );

  app.get(
    '/schemas/gateway-config',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'getConfigSchema',
        tags: ['catalogue'],
        summary: 'JSON Schema of a gateway’s configuration document.',
        response: answers(Type.Object({}, { additionalProperties: true })),
      },
    },
    async () => JSON.parse(JSON.stringify(GatewayConfig)) as object,
  );
}

export function tenantRoutes(app: App, { db, clock }: ApiParts): void {
  app.get(
    '/tenants',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listTenants',
        tags: ['tenants'],
        summary: 'Tenants that one may see.',
        response: answers(listOf(Tenant)),
      },
    },
    async (request) => ({ items: await listTenants(db, principalOf(request).tenant) }),
  );

  app.post(
    '/tenants',
    {
      config: { access: { role: 'administrator', installation: true } },
      schema: {
        operationId: 'createTenant',
        tags: ['tenants'],
        summary: 'Add a tenant.',
        body: Type.Object({ id: Slug, name: Name }),
        response: answers(Tenant, 201),
      },
    },
    async (request, reply) => {
      reply.code(201);
      return createTenant({ db, clock }, request.body, actorOf(principalOf(request)));
    },
  );

  app.get(
    '/tenants/:tenant',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'getTenant',
        tags: ['tenants'],
        summary: 'One tenant.',
        params: Type.Object({ tenant: Slug }),
        response: answers(Tenant),
      },
    },
    async (request) => {
      const tenant = await findTenant(db, request.params.tenant);
      if (!tenant) throw new VigieError('NOT_FOUND');
      return tenant;
    },
  );
}

export function siteListRoutes(app: App, { db, clock }: ApiParts): void {
  app.get(
    '/tenants/:tenant/sites',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listSites',
        tags: ['sites'],
        summary: 'Sites of a tenant.',
        params: Type.Object({ tenant: Slug }),
        response: answers(listOf(Site)),
      },
    },
    async (request) => ({ items: await listSites(db, request.params) }),
  );

  app.post(
    '/tenants/:tenant/sites',
    {
      config: { access: { role: 'operator' } },
      schema: {
        operationId: 'createSite',
        tags: ['sites'],
        summary: 'Add a site.',
        params: Type.Object({ tenant: Slug }),
        body: Type.Object({ id: Slug, ...SiteBody }),
        response: answers(Site, 201),
      },
    },
    async (request, reply) => {
      reply.code(201);
      return createSite({ db, clock }, request.params, request.body, actorOf(principalOf(request)));
    },
  );
}

export function siteRoutes(app: App, { db, clock }: ApiParts): void {
  const one = Type.Object({ tenant: Slug, site: Slug });

  app.put(
    '/tenants/:tenant/sites/:site',
    {
      config: { access: { role: 'operator' } },
      schema: {
        operationId: 'updateSite',
        tags: ['sites'],
        summary: 'Rename or move a site.',
        params: one,
        body: Type.Object(SiteBody),
        response: answers(Site),
      },
    },
    async (request) => {
      const { site: id, ...scope } = request.params;
      return updateSite({ db, clock }, scope, { ...request.body, id }, actorOf(principalOf(request)));
    },
  );

  app.delete(
    '/tenants/:tenant/sites/:site',
    {
      config: { access: { role: 'operator' } },
      schema: {
        operationId: 'deleteSite',
        tags: ['sites'],
        summary: 'Remove a site that has no gateway.',
        params: one,
        response: DONE,
      },
    },
    async (request, reply) => {
      const { site, ...scope } = request.params;
      await deleteSite({ db, clock }, scope, site, actorOf(principalOf(request)));
      return reply.code(204).send(null);
    },
  );
}
