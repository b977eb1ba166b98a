import { timingSafeEqual } from 'node:crypto';
import { Slug, VigieError, validate } from '@vigie/contract';
import type { FastifyInstance, FastifyRequest, FastifySchema } from 'fastify';
import type { Refusals } from '../doors/refusals.ts';
import type { PlatformSignIn } from '../identity/platform-accounts.ts';
import { hasRole, mayEnter, type Principal } from '../identity/principal.ts';
import type { SignIn } from '../identity/sign-in.ts';
import type { Role } from '../store/schema.ts';

/**
 * Who may call a route. A role is needed in the tenant that the path names; `installation` asks for somebody of the
 * whole installation, and `withMadeUpPassword` also lets in who has yet to choose a password. A route that does not say is
 * refused when the server starts.
 */
export type Access = 'public' | { role: Role; installation?: boolean; withMadeUpPassword?: boolean };

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

export const SESSION_COOKIE = 'vigie_session';
const CSRF_HEADER = 'x-csrf-token';
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

interface Doors {
  signIn: SignIn;
  platforms: PlatformSignIn;
  refusals: Refusals;
}

export function guardAccess(
  app: FastifyInstance,
  { signIn, platforms, refusals }: Doors,
  tenantExists: (id: string) => Promise<boolean>,
): void {
  /** Tenants are never removed. */
  const known = new Set<string>();
  app.decorateRequest('principal', null);
  app.addHook('onRoute', (route) => {
    if (!route.config?.access) throw new Error(`${String(route.method)} ${route.url} does not say who may call it`);
  });
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    // A path that does not exist is answered as such.
    if (access === undefined || access === 'public') return;
    const principal = await identify(request, { signIn, platforms, refusals });
    if (principal.kind === 'platform' && !SAFE_METHODS.has(request.method)) throw new VigieError('FORBIDDEN');
    request.principal = principal;
    if (principal.mustChangePassword && !access.withMadeUpPassword) throw new VigieError('PASSWORD_CHANGE_REQUIRED');
    if (!hasRole(principal, access.role)) throw new VigieError('FORBIDDEN');
    if (access.installation && principal.tenant !== null) throw new VigieError('FORBIDDEN');
    const { tenant } = request.params as { tenant?: string };
    // That another tenant exists is not told.
    if (tenant === undefined) return;
    if (!mayEnter(principal, tenant)) throw new VigieError('NOT_FOUND');
    // This comes before the route's own check of its parameters.
    if (!validate(Slug, tenant).ok) throw new VigieError('NOT_FOUND');
    if (!known.has(tenant) && !(await tenantExists(tenant))) throw new VigieError('NOT_FOUND');
    known.add(tenant);
  });
}

/** Tells readers of the API which role a route needs. */
export function describeAccess(schema: FastifySchema, access: Access | undefined): FastifySchema {
  if (access === undefined || access === 'public') return schema;
  const { role, installation } = access;
  return { ...schema, 'x-role': role, ...(installation ? { 'x-installation-only': true } : {}) } as FastifySchema;
}

async function identify(request: FastifyRequest, { signIn, platforms, refusals }: Doors): Promise<Principal> {
  const { authorization } = request.headers;
  const credentials = readBasic(authorization);
  if (credentials) {
    const principal = await platforms.byCredentials(credentials.name, credentials.password, request.ip);
    if (principal) return principal;
    refusals.note('https', 'credentials', { address: request.ip });
    throw new VigieError('UNAUTHENTICATED');
  }
  if (authorization !== undefined) {
    const [, token] = /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(authorization) ?? [];
    const principal = token === undefined ? undefined : await signIn.byToken(token);
    if (!principal) {
      refusals.note('https', 'token', { address: request.ip });
      throw new VigieError('UNAUTHENTICATED');
    }
    return principal;
  }
  const cookie = request.cookies[SESSION_COOKIE];
  const principal = cookie === undefined ? undefined : await signIn.bySession(cookie);
  if (!principal) {
    refusals.note('https', cookie === undefined ? 'anonymous' : 'session', { address: request.ip });
    throw new VigieError('UNAUTHENTICATED');
  }
  // A cookie is sent along by the browser whoever asks: a change must show that it comes from the console itself.
  if (!SAFE_METHODS.has(request.method) && !sameToken(request.headers[CSRF_HEADER], principal.csrfToken)) {
    refusals.note('https', 'csrf', { address: request.ip });
    throw new VigieError('FORBIDDEN', 'The request lacks the X-CSRF-Token of its session');
  }
  return principal;
}

/** Name and password of a platform account (RFC 7617). */
function readBasic(authorization: string | undefined): { name: string; password: string } | undefined {
  const [, encoded] = /^Basic ([A-Za-z0-9+/]{1,512}={0,2})$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [, name, password] = /^([^:]{1,64}):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return name === undefined || password === undefined ? undefined : { name, password };
}

function sameToken(given: string | string[] | undefined, expected: string | undefined): boolean {
  if (typeof given !== 'string' || expected === undefined) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new VigieError('UNAUTHENTICATED');
  return request.principal;
}
