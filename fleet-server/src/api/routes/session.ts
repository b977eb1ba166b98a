import { VigieError } from '@vigie/contract';
import Type from 'typebox';
import { actorOf, type Principal } from '../../identity/principal.ts';
import { SESSION_LIFE_MS } from '../../identity/sign-in.ts';
import { setPassword } from '../../identity/users.ts';
import { principalOf, SESSION_COOKIE } from '../access.ts';
import type { ApiParts, App } from '../parts.ts';
import { answers, DONE, SessionInfo } from '../schemas.ts';

const Password = Type.String({ minLength: 1, maxLength: 256 });
const COOKIE = { path: '/', httpOnly: true, sameSite: 'strict', secure: true } as const;

export function sessionRoutes(app: App, { signIn }: ApiParts): void {
  app.post(
    '/session',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'signIn',
        tags: ['session'],
        summary: 'Sign in; the session comes as a cookie.',
        security: [],
        body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 64 }), password: Password }),
        response: answers(SessionInfo),
      },
    },
    async (request, reply) => {
      const { name, password } = request.body;
      const session = await signIn.signIn(name, password, request.ip);
      reply.setCookie(SESSION_COOKIE, session.token, { ...COOKIE, maxAge: SESSION_LIFE_MS / 1_000 });
      return describe(session.principal);
    },
  );

  app.get(
    '/session',
    {
      config: { access: { role: 'viewer' } },
      schema: { operationId: 'getSession', tags: ['session'], summary: 'Who one is.', response: answers(SessionInfo) },
    },
    async (request) => describe(principalOf(request)),
  );

  app.delete(
    '/session',
    {
      config: { access: { role: 'viewer' } },
      schema: { operationId: 'signOut', tags: ['session'], summary: 'Sign out.', response: DONE },
    },
    async (request, reply) => {
      const token = request.cookies[SESSION_COOKIE];
      if (token !== undefined) await signIn.signOut(token);
      return reply.clearCookie(SESSION_COOKIE, COOKIE).code(204).send(null);
    },
  );
}

export function passwordRoutes(app: App, { db, clock, signIn }: ApiParts): void {
  app.put(
    '/session/password',
    {
      config: { access: { role: 'viewer' } },
      schema: {
        operationId: 'changePassword',
        tags: ['session'],
        summary: 'Change one’s own password; all of one’s sessions end.',
        body: Type.Object({ current: Password, new: Type.String({ minLength: 12, maxLength: 256 }) }),
        response: DONE,
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      if (principal.kind !== 'user') throw new VigieError('FORBIDDEN', 'A token has no password');
      const { current, new: password } = request.body;
      await signIn.confirm(principal, current, request.ip);
      const scope = { tenant: principal.tenant };
      await setPassword({ db, clock }, scope, { id: principal.id, password }, actorOf(principal));
      signIn.forget();
      return reply.clearCookie(SESSION_COOKIE, COOKIE).code(204).send(null);
    },
  );
}

function describe({ name, kind, tenant, role, csrfToken }: Principal) {
  return { name, kind, tenant, role, ...(csrfToken === undefined ? {} : { csrfToken }) };
}
