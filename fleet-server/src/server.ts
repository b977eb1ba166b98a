import type { GatewayConfig } from '@vigie/contract';
import { VigieError } from '@vigie/contract';
import type { Logger } from 'pino';
import { buildApp } from './api/app.ts';
import type { ApiLimits, App } from './api/parts.ts';
import { recordEvent } from './audit/events.ts';
import { BROKER_LIMITS, Broker, type BrokerHandlers, type BrokerLimits } from './broker/broker.ts';
import { Commands } from './commands/commands.ts';
import { ConfigDocuments } from './config/documents.ts';
import { GatewayDialogue } from './config/gateway-dialogue.ts';
import { Enrolment } from './identity/enrolment.ts';
import { admitGateway } from './identity/gateway-sign-in.ts';
import { PlatformSignIn } from './identity/platform-accounts.ts';
import { SignIn } from './identity/sign-in.ts';
import { LaneProgress } from './ingest/acknowledge.ts';
import { GroupCommit } from './ingest/group-commit.ts';
import { Streams } from './ingest/streams.ts';
import type { Installation } from './installation.ts';
import { Metrics } from './metrics.ts';
import { type Catalogue, catalogue as standardCatalogue } from './registry/catalogue.ts';
import { GatewayDirectory } from './registry/gateway-directory.ts';
import { Presence } from './registry/presence.ts';
import { LatestReadings } from './subscriptions/latest-readings.ts';
import { LogTail } from './subscriptions/log-tail.ts';
import { SessionStore } from './subscriptions/session-store.ts';
import { Subscribers } from './subscriptions/subscribers.ts';
import { Telemetry } from './telemetry.ts';

export interface ServerOptions {
  installation: Installation;
  /** Name or address by which gateways and people reach this server. */
  host: string;
  /** Address to listen on. */
  bind: string;
  /** 0 for any free port. */
  httpPort: number;
  mqttPort: number;
  consoleFolder: string;
  log: Logger;
  catalogue?: Catalogue;
  brokerLimits?: BrokerLimits;
  apiLimits?: ApiLimits;
}

export interface RunningServer {
  http: { host: string; port: number };
  mqtt: { host: string; port: number };
  app: App;
  close(): Promise<void>;
}

const API_LIMITS: ApiLimits = { requestsPerMinute: 3_000, liveStreams: 500 };
const DAY_MS = 86_400_000;
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/** The composition root: the only place where the parts of the server meet. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { installation, host, bind, log, catalogue = standardCatalogue } = options;
  const { database, master, ca, clock } = installation;
  const { db, uplinks } = database;
  const onError = (error: unknown) => log.error({ err: error }, 'work in the background failed');

  const tail = await LogTail.open(db);
  const latest = await LatestReadings.start(db, tail, onError);
  const presence = new Presence(db, clock, onError);
  await presence.reset();
  const directory = new GatewayDirectory(db);
  const subscribers = new Subscribers({ tail, store: new SessionStore(db, clock), unitOf: catalogue.unitOf, onError });
  const commits = new GroupCommit(uplinks, clock);
  const telemetry = new Telemetry({ clock, catalogue, streams: new Streams(db), commits, tail });

  const commands = new Commands(
    { db, clock, catalogue, send: (gateway, request) => broker.tellGateway(gateway, 'command', request) },
    onError,
  );
  const sendConfig = (gateway: string, config: GatewayConfig) => broker.tellGateway(gateway, 'config', config);
  const documents = new ConfigDocuments({
    ...{ db, clock, master, catalogue },
    onChanged: async (gateway) => {
      await directory.refresh(gateway);
      if (!broker.isConnected(gateway)) return;
      const config = await documents.forGateway(gateway);
      if (config) sendConfig(gateway, config);
    },
  });
  const dialogue = new GatewayDialogue({
    ...{ presence, sendConfig },
    documentFor: (gateway) => documents.forGateway(gateway),
    resendCommands: (gateway) => commands.resend(gateway),
  });

  const platforms = new PlatformSignIn(db, clock);
  const progress = new WeakMap<object, LaneProgress>();
  const handlers: BrokerHandlers = {
    authenticateGateway: async (certificate) => {
      const gateway = await admitGateway({ db, clock, directory }, certificate);
      return gateway && { kind: 'gateway', gateway, serial: certificate.serial };
    },
    authenticatePlatform: async (account, password, address) => {
      const found = await platforms.check(account, password, address);
      return found && { kind: 'platform', ...found };
    },
    gatewayConnected: (identity) => {
      progress.set(identity, new LaneProgress());
      presence.connected(identity.gateway.id);
    },
    gatewayDisconnected: ({ gateway }) => {
      directory.forget(gateway.id);
      presence.disconnected(gateway.id);
    },
    gatewayMessage: async (identity, leaf, payload, tell) => {
      const { gateway } = identity;
      presence.seen(gateway.id);
      try {
        if (leaf === 'hello') return await dialogue.hello(gateway.id, payload);
        if (leaf === 'status') return await dialogue.status(gateway.id, payload);
        const outcome = await telemetry.receive({
          ...{ gateway, payload, progress: progress.get(identity) ?? new LaneProgress() },
          acknowledge: (acknowledgement) => tell('ack', acknowledgement),
        });
        if (!outcome.ok) throw new VigieError(outcome.code, outcome.message);
      } catch (error) {
        const { code, message } = error instanceof VigieError ? error : { code: 'INTERNAL', message: String(error) };
        log.warn({ gateway: gateway.id, leaf, code, detail: message }, 'a message of a gateway was refused');
        const { id, tenant } = gateway;
        await recordEvent(db, { tenant, gateway: id, code, severity: 'warning', message, at: clock.now() }).catch(
          onError,
        );
        throw error;
      }
    },
    sessionOpened: (session, owner, durable) => subscribers.open({ session, ...owner, durable }),
    sessionSubscribed: (session, filter, qos) => subscribers.subscribe(session, filter, qos),
    sessionUnsubscribed: (session, filters) => subscribers.unsubscribe(session, filters),
    sessionReady: (session, sink) => subscribers.start(session, sink),
    sessionAcknowledged: (session, messageId) => subscribers.acknowledge(session, messageId),
    sessionClosed: (session) => subscribers.close(session),
  };

  const names = [...new Set([host, ...LOCAL_NAMES])];
  const credentials = await ca.issueServer(names);
  const broker = await Broker.start(
    {
      ...{ host: bind, port: options.mqttPort, log },
      credentials: { ...credentials, ca: ca.certificatePem },
      limits: options.brokerLimits ?? BROKER_LIMITS,
    },
    handlers,
  );

  const metrics = new Metrics({
    ledger: () => telemetry.ledger.snapshot(),
    connections: () => broker.connections,
    delivered: () => subscribers.delivered,
    logHead: () => tail.head,
  });
  const enrolment = new Enrolment({
    ...{ db, clock, ca },
    mqtt: () => ({ host, port: broker.port }),
    onReplaced: (gateway) => broker.cutGateway(gateway),
  });
  let httpPort = options.httpPort;
  const app = await buildApp(
    {
      ...{ db, clock, catalogue, tail, enrolment, ca, documents, commands },
      signIn: new SignIn(db, clock),
      address: () => ({ host, port: httpPort }),
      cutGateway: (gateway) => broker.cutGateway(gateway),
      cutAccount: (account) => broker.cutAccount(account),
      metrics: () => metrics.text(),
      consoleFolder: options.consoleFolder,
      limits: options.apiLimits ?? API_LIMITS,
    },
    { credentials, log },
  );
  await app.listen({ host: bind, port: options.httpPort });
  const listening = app.server.address();
  if (listening !== null && typeof listening === 'object') httpPort = listening.port;

  const renewal = setInterval(() => {
    ca.issueServer(names)
      .then((fresh) => {
        app.server.setSecureContext(fresh);
        broker.renewCredentials({ ...fresh, ca: ca.certificatePem });
      })
      .catch(onError);
  }, 7 * DAY_MS);
  renewal.unref();

  return {
    http: { host, port: httpPort },
    mqtt: { host, port: broker.port },
    app,
    close: async () => {
      clearInterval(renewal);
      commands.stop();
      metrics.stop();
      await app.close();
      await broker.close();
      await subscribers.stop();
      await presence.stop();
      await latest.stop();
      await database.close();
    },
  };
}
