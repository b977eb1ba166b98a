import cookie from '@fastify/cookie';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { EnrolmentRequest, EnrolmentResponse, parseForeignJson, VigieError } from '@vigie/contract';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import Type from 'typebox';
import { addressKey } from '../doors/address-key.ts';
import { guarded } from '../doors/guarded.ts';
import { ListenerGuard } from '../doors/listener-guard.ts';
import { limitPipelines } from '../doors/pipeline-limit.ts';
import { hasRole } from '../identity/principal.ts';
import { findTenant } from '../registry/tenants.ts';
import { describeAccess, guardAccess } from './access.ts';
import { AllowedMethods } from './allowed-methods.ts';
import { describeApi } from './api-description.ts';
import { serveConsole } from './console.ts';
import { answerError } from './errors.ts';
import { OPENAPI } from './openapi.ts';
import { describeParameters, refuseUnknownMembers } from './parameters.ts';
import type { ApiParts, App } from './parts.ts';
import { commandRoutes, deviceCodeRoutes, deviceLinkRoutes, deviceListRoutes, deviceRoutes } from './routes/devices.ts';
import { claimRoutes, configRoutes, gatewayListRoutes, gatewayRoutes } from './routes/gateways.ts';
import { homeRoutes } from './routes/homes.ts';
import { auditRoutes, eventRoutes, installationLogRoutes, poisonRecordRoutes } from './routes/logbook.ts';
import { platformRoutes, tokenRoutes, userListRoutes, userRoutes } from './routes/people.ts';
import { liveRoutes, readingRoutes } from './routes/readings.ts';
import { catalogueRoutes, siteListRoutes, siteRoutes, tenantRoutes } from './routes/registry.ts';
import { retentionRoutes } from './routes/retention.ts';
import { passwordRoutes, sessionRoutes } from './routes/session.ts';
import { answers } from './schemas.ts';
import { addSecurityHeaders } from './security-headers.ts';

const BODY_LIMIT = 262_144;
const ENROL_BODY_LIMIT = 16_384;
/** A document of ours has at most ten; those of models that are brought along a few more. */
const MAX_JSON_DEPTH = 64;

export interface AppOptions {
  credentials: { cert: string; key: string };
  log: FastifyBaseLogger;
}

/** HTTPS: enrolment of gateways, the API and the console. */
export async function buildApp(parts: ApiParts, { credentials, log }: AppOptions): Promise<App> {
  const app = fastify({
    https: { ...credentials, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 },
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 20_000,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: answerError,
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler) as unknown as App;
  app.server.headersTimeout = 15_000;
  const guard = new ListenerGuard('https', parts.limits.listener, parts.refusals);
  guard.watch(app.server);
  limitPipelines(app.server, parts.refusals);
  app.server.on('clientError', () => parts.refusals.note('https', 'malformed'));
  app.setErrorHandler(answerError);
  boundJsonBodies(app);
  addSecurityHeaders(app);
  await app.register(cookie);
  await app.register(rateLimit, {
    max: parts.limits.requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => addressKey(request.ip),
    errorResponseBuilder: (request) => {
      parts.refusals.note('https', 'requests', { address: request.ip });
      return new VigieError('RATE_LIMITED');
    },
  });
  await app.register(swagger, {
    openapi: OPENAPI,
    transform: ({ schema, url, route }) => ({
      schema: describeAccess(describeParameters(schema), route.config?.access),
      url,
    }),
  });
  const methods = new AllowedMethods();
  methods.listen(app as never);
  guardAccess(app as never, parts, async (id) => (await findTenant(parts.db, id)) !== undefined);
  enrolRoute(app, parts);
  healthRoutes(app, parts);
  await app.register(
    async (api) => {
      refuseUnknownMembers(api as never);
      apiRoutes(api as unknown as App, parts);
    },
    { prefix: '/api/v1' },
  );
  for (const path of ['/api/openapi.json', '/api/v1/openapi.json'])
    app.get(path, { config: { access: 'public' }, schema: { hide: true } }, async () => describeApi(app.swagger()));
  authorityRoute(app, parts);
  await serveConsole(app, parts.consoleFolder, methods);
  return app;
}

/** A body is bounded in depth before a value is built from it; the parser behind this bears no keys such as `__proto__`. */
function boundJsonBodies(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (isDeeperThan(body as string, MAX_JSON_DEPTH))
      done(new VigieError('REQUEST_INVALID', 'The body is nested too deep'));
    else
      guarded(
        () => parse(request, body as string, (error, value) => done(error && unreadable(body as string, error), value)),
        (error) => done(error as Error),
      );
  });
}

/** The parser hides where it failed. What the text says there is not repeated: it may be a secret. */
function unreadable(text: string, error: Error): Error {
  if (text.trim() === '') return new VigieError('JSON_INVALID', 'The body is empty');
  try {
    JSON.parse(text);
    return error;
  } catch (reason) {
    const place = reason instanceof Error ? reason.message.replace(/, (\.\.\.)?".*/s, '') : '';
    return new VigieError('JSON_INVALID', place.slice(0, 128));
  }
}

function isDeeperThan(text: string, maxDepth: number): boolean {
  const bounded = parseForeignJson(text, { maxBytes: Number.POSITIVE_INFINITY, maxDepth }, () => undefined);
  return !bounded.ok && bounded.reason === 'tooDeep';
}

function apiRoutes(app: App, parts: ApiParts): void {
  sessionRoutes(app, parts);
  passwordRoutes(app, parts);
  catalogueRoutes(app, parts);
  tenantRoutes(app, parts);
  retentionRoutes(app, parts);
  siteListRoutes(app, parts);
  siteRoutes(app, parts);
  gatewayListRoutes(app, parts);
  gatewayRoutes(app, parts);
  claimRoutes(app, parts);
  configRoutes(app, parts);
  deviceListRoutes(app, parts);
  deviceCodeRoutes(app, parts);
  deviceLinkRoutes(app, parts);
  deviceRoutes(app, parts);
  homeRoutes(app, parts);
  commandRoutes(app, parts);
  readingRoutes(app, parts);
  liveRoutes(app, parts);
  eventRoutes(app, parts);
  poisonRecordRoutes(app, parts);
  auditRoutes(app, parts);
  installationLogRoutes(app, parts);
  userListRoutes(app, parts);
  userRoutes(app, parts);
  tokenRoutes(app, parts);
  platformRoutes(app, parts);
}

function enrolRoute(app: App, { enrolment }: ApiParts): void {
  app.post(
    '/enrol',
    {
      config: { access: 'public' },
      bodyLimit: ENROL_BODY_LIMIT,
      schema: {
        operationId: 'enrol',
        tags: ['enrolment'],
        summary: 'A gateway exchanges its claim code and a certificate request for a certificate.',
        security: [],
        body: EnrolmentRequest,
        response: answers(EnrolmentResponse),
      },
    },
    async (request) => enrolment.enrol(request.body, request.ip),
  );
}

/** A certificate is no secret; who fetches it checks its fingerprint before trusting it. */
function authorityRoute(app: App, { ca }: ApiParts): void {
  app.get('/ca.pem', { config: { access: 'public' }, schema: { hide: true } }, async (_request, reply) =>
    reply.type('application/x-pem-file').send(ca.certificatePem),
  );
}

function healthRoutes(app: App, { metrics, signIn, health, refusals }: ApiParts): void {
  app.get(
    '/health',
    { config: { access: 'public' }, schema: { hide: true, response: { 200: Type.Object({ ok: Type.Boolean() }) } } },
    async () => {
      const outcome = await health.check();
      if (outcome.ok) return { ok: true };
      throw outcome.error instanceof VigieError ? outcome.error : new VigieError('DATABASE_UNREACHABLE');
    },
  );
  app.get('/metrics', { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
    // Behind a proxy every request comes from this machine: where it comes from proves nothing.
    const [, token] = /^Bearer ([A-Za-z0-9_-]{1,128})$/.exec(request.headers.authorization ?? '') ?? [];
    const principal = token === undefined ? undefined : await signIn.byToken(token);
    if (!principal || principal.tenant !== null || !hasRole(principal, 'viewer')) {
      refusals.note('https', 'metrics', { address: request.ip });
      throw new VigieError('UNAUTHENTICATED');
    }
    return reply.type('text/plain; version=0.0.4').send(metrics());
  });
}
