import type { Logger } from 'pino';
import { buildApp } from './api/app.ts';
import { Cursors } from './api/cursors.ts';
import type { ApiLimits, ApiParts, App } from './api/parts.ts';
import { SecurityEvents } from './audit/security-events.ts';
import { BROKER_LIMITS, Broker, type BrokerLimits } from './broker/broker.ts';
import { HTTPS_LISTENER } from './doors/listener-limits.ts';
import { Refusals } from './doors/refusals.ts';
import { HealthCheck } from './health.ts';
import { DeviceCookies } from './identity/device-cookie.ts';
import { Enrolment } from './identity/enrolment.ts';
import { SignIn } from './identity/sign-in.ts';
import type { Installation } from './installation.ts';
import { Metrics } from './metrics.ts';
import { type Catalogue, catalogue as standardCatalogue } from './registry/catalogue.ts';
import { createServices, type ServiceOptions } from './services.ts';

export interface ServerOptions {
  installation: Installation;
  /** Name or address by which gateways and people reach this server. */
  host: string;
  /** Address to listen on. */
  bind: string;
  /** 0 for any free port. */
  httpPort: number;
  mqttPort: number;
  /** Where gateways find the broker, if not at `host` and `mqttPort` (address translation, a balancer). */
  announcedMqtt?: Address;
  consoleFolder: string;
  log: Logger;
  catalogue?: Catalogue;
  brokerLimits?: BrokerLimits;
  apiLimits?: Partial<ApiLimits>;
  moveRules?: ServiceOptions['moveRules'];
  documentWatchMs?: ServiceOptions['documentWatchMs'];
  absenceRules?: ServiceOptions['absenceRules'];
}

export interface Address {
  host: string;
  port: number;
}

export interface RunningServer {
  http: Address;
  mqtt: Address;
  app: App;
  close(): Promise<void>;
}

export const API_LIMITS: ApiLimits = {
  requestsPerMinute: 3_000,
  ...{ liveStreams: 500, liveStreamsPerTenant: 200, liveStreamsPerPerson: 20 },
  listener: HTTPS_LISTENER,
};
const RENEWAL_MS = 7 * 86_400_000;
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/** The composition root: the services, the broker and the HTTPS side meet here and nowhere else. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { installation, host, bind, log, catalogue = standardCatalogue } = options;
  const { database, ca, clock, master } = installation;
  const { db } = database;
  const refusals = new Refusals(log);
  const events = new SecurityEvents({ db, clock, onError: (error) => refusals.fault('mqtt', error) });
  const { moveRules, documentWatchMs, absenceRules } = options;
  const services = await createServices({
    ...{ installation, catalogue, log, refusals, events, broker: () => broker },
    ...(moveRules && { moveRules }),
    ...(absenceRules && { absenceRules }),
    ...(documentWatchMs !== undefined && { documentWatchMs }),
  });

  const names = [...new Set([host, ...LOCAL_NAMES])];
  const credentials = await ca.issueServer(names);
  const broker = await Broker.start(
    {
      ...{ host: bind, port: options.mqttPort, log, refusals },
      credentials: { ...credentials, ca: ca.certificatePem },
      limits: options.brokerLimits ?? BROKER_LIMITS,
    },
    services.handlers,
  );
  const mqtt = { host, port: broker.port };
  const http = { host, port: options.httpPort };
  const metrics = metricsOf(services, broker, refusals);
  const cutGateway = (gateway: string) => broker.cutGateway(gateway);
  const parts: ApiParts = {
    ...{ db, clock, catalogue, ca, cutGateway },
    ...{ tail: services.tail, documents: services.documents, commands: services.commands },
    ...{ mover: services.mover, links: services.links },
    ...{ refusals, cursors: new Cursors(master.derive('cursors')), health: new HealthCheck(db, log) },
    forgetFirstPassword: () => installation.forgetFirstPassword(),
    signIn: new SignIn({ db, clock, refusals, events, devices: new DeviceCookies(master.derive('devices')) }),
    enrolment: new Enrolment({
      ...{ db, clock, ca, refusals, events, onReplaced: cutGateway },
      mqtt: options.announcedMqtt ?? mqtt,
      replacement: services.replacement,
    }),
    address: () => http,
    cutAccount: (account) => {
      services.platforms.forget();
      broker.cutAccount(account);
    },
    platforms: services.platforms,
    metrics: () => metrics.text(),
    consoleFolder: options.consoleFolder,
    limits: { ...API_LIMITS, ...options.apiLimits },
  };
  const app = await buildApp(parts, { credentials, log });
  await app.listen({ host: bind, port: options.httpPort });
  const listening = app.server.address();
  if (listening !== null && typeof listening === 'object') http.port = listening.port;

  const renewal = setInterval(() => {
    renewCredentials().catch((error: unknown) => log.error({ err: error }, 'the server certificate was not renewed'));
  }, RENEWAL_MS);
  renewal.unref();
  async function renewCredentials(): Promise<void> {
    const fresh = await ca.issueServer(names);
    app.server.setSecureContext(fresh);
    broker.renewCredentials({ ...fresh, ca: ca.certificatePem });
  }

  async function close(): Promise<void> {
    clearInterval(renewal);
    metrics.stop();
    await app.close();
    await broker.close();
    await services.stop();
    await database.close();
  }
  return { http, mqtt, app, close };
}

function metricsOf(
  { homes, telemetry, gate, subscribers, tail }: Awaited<ReturnType<typeof createServices>>,
  broker: Broker,
  refusals: Refusals,
): Metrics {
  return new Metrics({
    ledger: () => telemetry.ledger.snapshot(),
    passedFrames: () => homes.passedFrames,
    gate: () => gate,
    connections: () => broker.connections,
    delivered: () => subscribers.delivered,
    logHead: () => tail.head,
    refusals: () => refusals.counts(),
  });
}
