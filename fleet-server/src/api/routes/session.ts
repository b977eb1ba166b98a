import { VigieError } from '@vigie/contract';
import Type from 'typebox';
import { actorOf, type Principal } from '../../identity/principal.ts';
import { SESSION_LIFE_MS } from '../../identity/sign-in.ts';
import { setPassword } from '../../identity/users.ts';
import { principalOf, SESSION_COOKIE } from '../access.ts';
import type { ApiParts, App } from '../parts.ts';
import { answers, DONE, SessionInfo } from '../schemas.ts';

const Password = Type.String({ minLength: 1, maxLength: 256 });
/** It opens nothing: it tells a browser from which somebody has signed in before from strangers. */
const DEVICE_COOKIE = 'vigie_device';
const DEVICE_LIFE_SECONDS = 180 * 86_400;
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
      const device = request.cookies[DEVICE_COOKIE];
      const session = await signIn.signIn({ name, password, address: request.ip, device });
      reply.setCookie(SESSION_COOKIE, session.token, { ...COOKIE, maxAge: SESSION_LIFE_MS / 1_000 });
      reply.setCookie(DEVICE_COOKIE, session.device, { ...COOKIE, maxAge: DEVICE_LIFE_SECONDS });
      return describe(session.principal);
    },
  );

  app.get(
    '/session',
    {
      config: { access: { role: 'viewer', withMadeUpPassword: true } },
      schema: { operationId: 'getSession', tags: ['session'], summary: 'Who one is.', response: answers(SessionInfo) },
    },
    async (request) => describe(principalOf(request)),
  );

  app.delete(
    '/session',
    {
      config: { access: { role: 'viewer', withMadeUpPassword: true } },
      schema: { operationId: 'signOut', tags: ['session'], summary: 'Sign out.', response: DONE },
    },
    async (request, reply) => {
      const token = request.cookies[SESSION_COOKIE];
      if (token !== undefined) await signIn.signOut(token);
      return reply.clearCookie(SESSION_COOKIE, COOKIE).code(204).send(null);
    },
  );
}

export function passwordRoutes(app: App, { db, clock, signIn, forgetFirstPassword }: ApiParts): void {
  app.put(
    '/session/password',
    {
      config: { access: { role: 'viewer', withMadeUpPassword: true } },
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
      const device = request.cookies[DEVICE_COOKIE];
      await signIn.confirm(principal, { password: current, address: request.ip, device });
      if (current === password) throw new VigieError('PASSWORD_WEAK', 'It is the one that you have');
      const scope = { tenant: principal.tenant };
      await setPassword({ db, clock }, scope, { id: principal.id, password }, actorOf(principal));
      await forgetFirstPassword();
      signIn.forget();
      return reply.clearCookie(SESSION_COOKIE, COOKIE).code(204).send(null);
    },
  );
}

function describe({ name, kind, tenant, role, csrfToken, mustChangePassword }: Principal) {
  return {
    ...{ name, kind, tenant, role },
    ...(csrfToken === undefined ? {} : { csrfToken }),
    ...(mustChangePassword ? { mustChangePassword } : {}),
  };
}
