import type { GatewayConfig } from '@vigie/contract';
import type { Logger } from 'pino';
import type { Broker, BrokerHandlers } from './broker/broker.ts';
import { brokerHandlers } from './broker-handlers.ts';
import { Commands } from './commands/commands.ts';
import { ConfigDocuments } from './config/documents.ts';
import { GatewayDialogue } from './config/gateway-dialogue.ts';
import { PlatformSignIn } from './identity/platform-accounts.ts';
import { GroupCommit } from './ingest/group-commit.ts';
import { Streams } from './ingest/streams.ts';
import type { Installation } from './installation.ts';
import type { Catalogue } from './registry/catalogue.ts';
import { GatewayDirectory } from './registry/gateway-directory.ts';
import { Presence } from './registry/presence.ts';
import { LatestReadings } from './subscriptions/latest-readings.ts';
import { LogTail } from './subscriptions/log-tail.ts';
import { SessionStore } from './subscriptions/session-store.ts';
import { Subscribers } from './subscriptions/subscribers.ts';
import { Telemetry } from './telemetry.ts';

export interface Services {
  tail: LogTail;
  telemetry: Telemetry;
  subscribers: Subscribers;
  documents: ConfigDocuments;
  commands: Commands;
  handlers: BrokerHandlers;
  /** Ends what runs in the background; the broker is closed by then. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  installation: Installation;
  catalogue: Catalogue;
  log: Logger;
  /** The broker, which is started after what it hands its messages to. */
  broker: () => Broker;
}

/** Makes everything that works between the broker, the API and the database. */
export async function createServices({ installation, catalogue, log, broker }: ServiceOptions): Promise<Services> {
  const { database, master, clock } = installation;
  const { db, uplinks } = database;
  const onError = (error: unknown) => log.error({ err: error }, 'work in the background failed');

  const tail = await LogTail.open(db);
  const latest = await LatestReadings.start(db, tail, onError);
  const presence = new Presence(db, clock, onError);
  await presence.reset();
  const directory = new GatewayDirectory(db);
  const subscribers = new Subscribers({
    ...{ tail, store: new SessionStore(db, clock), unitOf: catalogue.unitOf, onError },
    monotonicMs: () => performance.now(),
  });
  const commits = new GroupCommit(uplinks, clock);
  const telemetry = new Telemetry({ clock, catalogue, streams: new Streams(db), commits, tail });

  const send: ConstructorParameters<typeof Commands>[0]['send'] = (gateway, request) =>
    broker().tellGateway(gateway, 'command', request);
  const commands = new Commands({ db, clock, catalogue, send }, onError);
  const sendConfig = (gateway: string, config: GatewayConfig) => broker().tellGateway(gateway, 'config', config);
  const documents = new ConfigDocuments({
    ...{ db, clock, master, catalogue },
    onChanged: async (gateway) => {
      await directory.refresh(gateway);
      if (!broker().isConnected(gateway)) return;
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
  const handlers = brokerHandlers({
    ...{ db, clock, log, directory, presence, dialogue, telemetry, platforms, subscribers },
  });
  return {
    ...{ tail, telemetry, subscribers, documents, commands, handlers },
    stop: async () => {
      commands.stop();
      await subscribers.stop();
      await presence.stop();
      await latest.stop();
    },
  };
}
