import { formatClaim, Slug, VigieError } from '@vigie/contract';
import Type from 'typebox';
import { redactConfig } from '../../config/redaction.ts';
import { createClaim } from '../../identity/claims.ts';
import { actorOf } from '../../identity/principal.ts';
import { listContinuity } from '../../registry/continuity.ts';
import { countDevices } from '../../registry/device-list.ts';
import { countGateways, GATEWAY_SORTS, listGateways } from '../../registry/gateway-list.ts';
import { createGateway, findGateway, GATEWAY_STATES, revokeGateway, updateGateway } from '../../registry/gateways.ts';
import { principalOf } from '../access.ts';
import type { ApiParts, App } from '../parts.ts';
import {
  answers,
  ConfigDocument,
  ConfigDraft,
  Continuity,
  Counts,
  DONE,
  Gateway,
  Limit,
  listOf,
  Name,
  PageCursor,
  pageOf,
  Search,
} from '../schemas.ts';

const MAX_CONFIG_BYTES = 8 * 1_048_576;
const all = Type.Object({ tenant: Slug });
const one = Type.Object({ tenant: Slug, gateway: Slug });
const GatewayBody = { name: Name, site: Type.Optional(Slug) };

export function gatewayListRoutes(app: App, { db, clock, documents }: ApiParts): void {
  app.get(
    '/tenants/:tenant/gateways',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listGateways',
        tags: ['gateways'],
        summary: 'Gateways of a tenant, searched, sorted and paged by the server.',
        params: all,
        querystring: Type.Object({
          q: Search,
          state: Type.Optional(Type.Enum([...GATEWAY_STATES], { description: 'Only those in this state.' })),
          config: Type.Optional(
            Type.Enum(['refused'], { description: 'Only those that refuse the document which they should run.' }),
          ),
          site: Type.Optional(Type.String({ ...Slug, description: 'Only those at this site.' })),
          sort: Type.Optional(
            Type.Enum([...GATEWAY_SORTS], { default: 'id', description: 'With a minus the greatest comes first.' }),
          ),
          cursor: Type.Optional(PageCursor),
          after: Type.Optional(
            Type.String({ ...Slug, description: 'In the order of the ids: those behind this one.' }),
          ),
          limit: Limit,
        }),
        response: answers(pageOf(Gateway)),
      },
    },
    async (request) => {
      const { limit = 100, ...page } = request.query;
      return listGateways(db, request.params, { ...page, limit });
    },
  );

  app.get(
    '/tenants/:tenant/counts',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'getCounts',
        tags: ['gateways'],
        summary: 'How many gateways and devices the tenant has, by state.',
        params: all,
        response: answers(Counts),
      },
    },
    async ({ params }) => {
      const [gateways, devices] = await Promise.all([countGateways(db, params), countDevices(db, params)]);
      return { gateways, devices };
    },
  );

  app.post(
    '/tenants/:tenant/gateways',
    {
      config: { access: { role: 'operator' } },
      schema: {
        operationId: 'createGateway',
        tags: ['gateways'],
        summary: 'Announce a gateway. Its id is unique in the whole installation.',
        params: all,
        body: Type.Object({ id: Slug, ...GatewayBody }),
        response: answers(Gateway, 201),
      },
    },
    async (request, reply) => {
      reply.code(201);
      const actor = actorOf(principalOf(request));
      const created = await createGateway({ db, clock }, request.params, request.body, actor);
      await documents.gatewayAdded(request.params, actor);
      return created;
    },
  );
}

export function gatewayRoutes(app: App, { db, clock, cutGateway }: ApiParts): void {
  app.get(
    '/tenants/:tenant/gateways/:gateway',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'getGateway',
        tags: ['gateways'],
        summary: 'One gateway with its last status.',
        params: one,
        response: answers(Gateway),
      },
    },
    async (request) => findGateway(db, request.params, request.params.gateway),
  );

  app.get(
    '/tenants/:tenant/gateways/:gateway/continuity',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'listContinuity',
        tags: ['gateways'],
        summary: 'Which records of a gateway are missing and not reported as dropped, the newest outbox first.',
        params: one,
        response: answers(listOf(Continuity)),
      },
    },
    async (request) => ({ items: await listContinuity(db, request.params, request.params.gateway) }),
  );

  app.put(
    '/tenants/:tenant/gateways/:gateway',
    {
      config: { access: { role: 'operator' } },
      schema: {
        operationId: 'updateGateway',
        tags: ['gateways'],
        summary: 'Rename a gateway or put it at a site.',
        params: one,
        body: Type.Object(GatewayBody),
        response: answers(Gateway),
      },
    },
    async (request) => {
      const { gateway: id, ...scope } = request.params;
      return updateGateway({ db, clock }, scope, { ...request.body, id }, actorOf(principalOf(request)));
    },
  );

  app.post(
    '/tenants/:tenant/gateways/:gateway/revoke',
    {
      config: { access: { role: 'operator' } },
      schema: {
        operationId: 'revokeGateway',
        tags: ['gateways'],
        summary: 'Take a gateway’s identity away; a live session ends at once. A new claim lets it in again.',
        params: one,
        response: DONE,
      },
    },
    async (request, reply) => {
      const { gateway, ...scope } = request.params;
      await revokeGateway({ db, clock }, scope, gateway, actorOf(principalOf(request)));
      cutGateway(gateway);
      return reply.code(204).send(null);
    },
  );
}

export function claimRoutes(app: App, { db, clock, ca, address }: ApiParts): void {
  app.post(
    '/tenants/:tenant/gateways/:gateway/claims',
    {
      config: { access: { role: 'technician' } },
      schema: {
        operationId: 'createClaim',
        tags: ['gateways'],
        summary: 'A single-use claim for this gateway; it is shown once, and an older open one ends.',
        params: one,
        body: Type.Optional(
          Type.Object({ expiresInSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 2_592_000 })) }),
        ),
        response: answers(
          Type.Object({
            claim: Type.String({ description: 'vigie:HOST:PORT#FINGERPRINT/CODE' }),
            code: Type.String(),
            expiresAt: Type.Integer(),
          }),
          201,
        ),
      },
    },
    async (request, reply) => {
      const seconds = request.body?.expiresInSeconds;
      const order = { ...request.params, ...(seconds === undefined ? {} : { lifeMs: seconds * 1_000 }) };
      const { code, expiresAt } = await createClaim({ db, clock }, order, actorOf(principalOf(request)));
      reply.code(201);
      return { claim: formatClaim({ ...address(), caFingerprint: ca.fingerprint, code }), code, expiresAt };
    },
  );
}

export function configRoutes(app: App, { documents }: ApiParts): void {
  app.get(
    '/tenants/:tenant/gateways/:gateway/config',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'getConfig',
        tags: ['configuration'],
        summary: 'The document in force; keys show their last four digits.',
        params: one,
        response: answers(ConfigDocument),
      },
    },
    async (request) => {
      const config = await documents.current(request.params, request.params.gateway);
      if (!config) throw new VigieError('NOT_FOUND');
      return redactConfig(config) as { revision: number };
    },
  );

  app.put(
    '/tenants/:tenant/gateways/:gateway/config',
    {
      config: { access: { role: 'operator' } },
      bodyLimit: MAX_CONFIG_BYTES,
      schema: {
        operationId: 'putConfig',
        tags: ['configuration'],
        summary: 'Put a whole document in force as the next revision.',
        params: one,
        body: ConfigDraft,
        response: answers(ConfigDocument),
      },
    },
    async (request) => {
      const { gateway, ...scope } = request.params;
      const config = await documents.replace(
        scope,
        gateway,
        request.body as Record<string, unknown>,
        actorOf(principalOf(request)),
      );
      return redactConfig(config) as { revision: number };
    },
  );
}
