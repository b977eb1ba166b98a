import { Slug, VigieError } from '@vigie/contract';
import Type from 'typebox';
import { createApiToken, listApiTokens, revokeApiToken } from '../../identity/api-tokens.ts';
import {
  createPlatformAccount,
  deletePlatformAccount,
  listPlatformAccounts,
} from '../../identity/platform-accounts.ts';
import { actorOf, ownerOf, type Principal } from '../../identity/principal.ts';
import { createUser, listUsers, resetPassword, updateUser } from '../../identity/users.ts';
import { principalOf } from '../access.ts';
import type { ApiParts, App } from '../parts.ts';
import { Account, ApiToken, answers, DONE, listOf, Name, PlatformAccount, Role, User } from '../schemas.ts';

const TenantOrNull = Type.Union([Slug, Type.Null()]);
const byId = Type.Object({ id: Type.String({ format: 'uuid' }) });

/** Nobody gives rights outside their own tenant. */
function requireReach(principal: Principal, tenant: string | null): void {
  if (principal.tenant !== null && principal.tenant !== tenant) throw new VigieError('NOT_FOUND');
}

export function userListRoutes(app: App, { db, clock }: ApiParts): void {
  app.get(
    '/users',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'listUsers',
        tags: ['people'],
        summary: 'People that one administers.',
        response: answers(listOf(User)),
      },
    },
    async (request) => ({ items: await listUsers(db, principalOf(request)) }),
  );

  app.post(
    '/users',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'createUser',
        tags: ['people'],
        summary: 'Add somebody; the password is made up here and shown once.',
        body: Type.Object({ name: Account, tenant: TenantOrNull, role: Role }),
        response: answers(Type.Object({ user: User, password: Type.String() }), 201),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      requireReach(principal, request.body.tenant);
      reply.code(201);
      return createUser({ db, clock }, request.body, actorOf(principal));
    },
  );
}

export function userRoutes(app: App, { db, clock, signIn }: ApiParts): void {
  app.put(
    '/users/:id',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'updateUser',
        tags: ['people'],
        summary: 'Change somebody’s role, or shut them out.',
        params: byId,
        body: Type.Object({ role: Role, disabled: Type.Boolean() }),
        response: answers(User),
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const user = await updateUser(
        { db, clock },
        principal,
        { ...request.body, ...request.params },
        actorOf(principal),
      );
      signIn.forget();
      return user;
    },
  );

  app.post(
    '/users/:id/password',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'resetPassword',
        tags: ['people'],
        summary: 'Make up a new password for somebody; it is shown once.',
        params: byId,
        response: answers(Type.Object({ password: Type.String() })),
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const password = await resetPassword({ db, clock }, principal, request.params.id, actorOf(principal));
      signIn.forget();
      return { password };
    },
  );
}

export function tokenRoutes(app: App, { db, clock, signIn }: ApiParts): void {
  app.get(
    '/tokens',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'listTokens',
        tags: ['people'],
        summary: 'API tokens that are valid.',
        response: answers(listOf(ApiToken)),
      },
    },
    async (request) => ({ items: await listApiTokens(db, principalOf(request)) }),
  );

  app.post(
    '/tokens',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'createToken',
        tags: ['people'],
        summary: 'A token for a program; the secret is shown once.',
        description:
          'It ends at `expiresAt`, within two years; a year from now where that is absent; and with whoever made it.',
        body: Type.Object({
          name: Name,
          tenant: TenantOrNull,
          role: Role,
          expiresAt: Type.Optional(Type.Integer({ minimum: 1, maximum: 253_402_300_799_999 })),
        }),
        response: answers(Type.Object({ token: ApiToken, secret: Type.String() }), 201),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      requireReach(principal, request.body.tenant);
      reply.code(201);
      return createApiToken({ db, clock }, request.body, actorOf(principal), ownerOf(principal));
    },
  );

  app.delete(
    '/tokens/:id',
    {
      config: { access: { role: 'administrator' } },
      schema: { operationId: 'revokeToken', tags: ['people'], summary: 'End a token.', params: byId, response: DONE },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      await revokeApiToken({ db, clock }, principal, request.params.id, actorOf(principal));
      signIn.forget();
      return reply.code(204).send(null);
    },
  );
}

export function platformRoutes(app: App, { db, clock, cutAccount }: ApiParts): void {
  const ofTenant = Type.Object({ tenant: Slug });

  app.get(
    '/tenants/:tenant/platform-accounts',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'listPlatformAccounts',
        tags: ['platforms'],
        summary: 'Accounts by which platforms subscribe over MQTT.',
        params: ofTenant,
        response: answers(listOf(PlatformAccount)),
      },
    },
    async (request) => ({ items: await listPlatformAccounts(db, request.params) }),
  );

  app.post(
    '/tenants/:tenant/platform-accounts',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'createPlatformAccount',
        tags: ['platforms'],
        summary: 'Add an account that may read this tenant’s readings; the password is shown once.',
        params: ofTenant,
        body: Type.Object({ name: Account }),
        response: answers(Type.Object({ account: PlatformAccount, password: Type.String() }), 201),
      },
    },
    async (request, reply) => {
      reply.code(201);
      return createPlatformAccount({ db, clock }, request.params, request.body.name, actorOf(principalOf(request)));
    },
  );

  app.delete(
    '/tenants/:tenant/platform-accounts/:name',
    {
      config: { access: { role: 'administrator' } },
      schema: {
        operationId: 'deletePlatformAccount',
        tags: ['platforms'],
        summary: 'Remove an account with its sessions; its connections end.',
        params: Type.Object({ tenant: Slug, name: Account }),
        response: DONE,
      },
    },
    async (request, reply) => {
      const { name, ...scope } = request.params;
      await deletePlatformAccount({ db, clock }, scope, name, actorOf(principalOf(request)));
      cutAccount(name);
      return reply.code(204).send(null);
    },
  );
}
