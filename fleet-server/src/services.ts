import type { GatewayConfig, HomeOrder } from '@vigie/contract';
import type { Logger } from 'pino';
import { ABSENCE_RULES, type AbsenceRules, AbsenceWatch } from './absence/absence-watch.ts';
import { HeardDevices } from './absence/heard-devices.ts';
import type { SecurityEvents } from './audit/security-events.ts';
import type { Broker, BrokerHandlers } from './broker/broker.ts';
import { brokerHandlers } from './broker-handlers.ts';
import { Commands } from './commands/commands.ts';
import { DocumentWatch } from './config/document-watch.ts';
import { ConfigDocuments } from './config/documents.ts';
import { GatewayDialogue } from './config/gateway-dialogue.ts';
import type { Refusals } from './doors/refusals.ts';
import { PlatformSignIn } from './identity/platform-accounts.ts';
import { Coverage } from './ingest/coverage.ts';
import { GroupCommit } from './ingest/group-commit.ts';
import { IngestGate } from './ingest/ingest-gate.ts';
import { Streams } from './ingest/streams.ts';
import { Turns } from './ingest/turns.ts';
import type { Installation } from './installation.ts';
import { FrameQueue } from './lorawan/frame-queue.ts';
import { GatewayReplacement } from './lorawan/gateway-replacement.ts';
import { HomeMover } from './lorawan/home-mover.ts';
import { Homes } from './lorawan/homes.ts';
import { LinkStatistics } from './lorawan/link-statistics.ts';
import { MOVE_RULES, type MoveRules } from './lorawan/move-rules.ts';
import { SessionVault } from './lorawan/session-vault.ts';
import type { Catalogue } from './registry/catalogue.ts';
import { GatewayDirectory } from './registry/gateway-directory.ts';
import { Presence } from './registry/presence.ts';
import { RetentionSweeper } from './retention/sweeper.ts';
import { LatestReadings } from './subscriptions/latest-readings.ts';
import { LogTail } from './subscriptions/log-tail.ts';
import { SessionStore } from './subscriptions/session-store.ts';
import { Subscribers } from './subscriptions/subscribers.ts';
import { Telemetry } from './telemetry.ts';

export interface Services {
  tail: LogTail;
  gate: IngestGate;
  telemetry: Telemetry;
  subscribers: Subscribers;
  documents: ConfigDocuments;
  commands: Commands;
  homes: Homes;
  mover: HomeMover;
  links: LinkStatistics;
  replacement: GatewayReplacement;
  handlers: BrokerHandlers;
  platforms: PlatformSignIn;
  /** Ends what runs in the background; the broker is closed by then. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  installation: Installation;
  catalogue: Catalogue;
  log: Logger;
  refusals: Refusals;
  events: SecurityEvents;
  moveRules?: Partial<MoveRules & { roundMs: number }>;
  /** How often documents are looked for that another process put in force. */
  documentWatchMs?: number;
  absenceRules?: Partial<AbsenceRules>;
  /** The broker, which is started after what it hands its messages to. */
  broker: () => Broker;
}

/** Makes everything that works between the broker, the API and the database. */
export async function createServices(options: ServiceOptions): Promise<Services> {
  const { installation, catalogue, log, broker, refusals, events } = options;
  const { database, master, clock } = installation;
  const { db, uplinks } = database;
  const onError = (error: unknown) => log.error({ err: error }, 'work in the background failed');

  const monotonicMs = () => performance.now();
  const tail = await LogTail.open(db);
  const latest = await LatestReadings.start(db, tail, onError);
  const presence = new Presence(db, clock, onError);
  await presence.reset();
  const directory = new GatewayDirectory(db);
  const subscribers = new Subscribers({
    ...{ tail, store: new SessionStore(db, clock), unitOf: catalogue.unitOf, onError },
    monotonicMs,
  });
  const absence = new AbsenceWatch({
    ...{ db, clock, onError, heard: new HeardDevices(db, clock, tail, onError) },
    rules: { ...ABSENCE_RULES, ...options.absenceRules },
  });
  const sweeper = new RetentionSweeper(db, clock, onError);
  const gate = new IngestGate();
  const turns = new Turns(monotonicMs);
  const commits = new GroupCommit(uplinks, new Coverage(db), clock);

  const send: ConstructorParameters<typeof Commands>[0]['send'] = (gateway, request) =>
    broker().tellGateway(gateway, 'command', request);
  const isConnected = (gateway: string) => broker().isConnected(gateway);
  const commands = new Commands({ db, clock, catalogue, send, isConnected }, onError);
  const sendConfig = (gateway: string, config: GatewayConfig) => broker().tellGateway(gateway, 'config', config);
  const documents = new ConfigDocuments({
    ...{ db, clock, master, catalogue },
    onChanged: async (gateway) => {
      await directory.refresh(gateway);
      await watch.tell(gateway);
    },
  });
  const watch = new DocumentWatch({
    ...{ db, isConnected, onError, send: sendConfig },
    read: (gateway) => documents.forGateway(gateway),
    ...(options.documentWatchMs !== undefined && { everyMs: options.documentWatchMs }),
  });
  const { homes, ...home } = await wireHomes(options, { documents, commands, isConnected, onError });
  const streams = new Streams(db);
  const telemetry = new Telemetry({ clock, catalogue, streams, gate, turns, commits, tail, homes });
  const dialogue = new GatewayDialogue({
    ...{ presence, sendConfig },
    documentFor: (gateway) => watch.documentFor(gateway),
    resendCommands: (gateway) => commands.resend(gateway),
    offerAgain: (gateway, revision) => documents.offerAgain(gateway, revision),
    prepareHome: (gateway) => homes.prepare(gateway),
    sessionsAwaited: (gateway, status) => home.replacement.awaited(gateway, status),
    greetHome: (gateway) => homes.greet(gateway),
  });
  const platforms = new PlatformSignIn({ db, clock, refusals, events });
  const handlers = brokerHandlers({
    ...{ db, clock, directory, presence, dialogue, telemetry, homes, platforms, subscribers, refusals, events },
  });
  return {
    ...{ tail, gate, telemetry, subscribers, documents, commands, handlers, homes, platforms, ...home },
    stop: async () => {
      commands.stop();
      await watch.stop();
      await sweeper.stop();
      await homes.stop();
      await subscribers.stop();
      await presence.stop();
      await absence.stop();
      await latest.stop();
    },
  };
}

const ROUND_MS = 10_000;

/** Which gateway answers which radio device, and what another one, or another box, needs to go on. */
async function wireHomes(
  { installation: { database, master, clock }, log, broker, moveRules }: ServiceOptions,
  parts: {
    documents: ConfigDocuments;
    commands: Commands;
    isConnected: (gateway: string) => boolean;
    onError: (error: unknown) => void;
  },
): Promise<{ homes: Homes; mover: HomeMover; links: LinkStatistics; replacement: GatewayReplacement }> {
  const { db } = database;
  const { documents, commands, isConnected, onError } = parts;
  const tell = (gateway: string, order: HomeOrder) => broker().tellGateway(gateway, 'home/order', order);
  const links = await LinkStatistics.open(db, clock, onError);
  const vault = new SessionVault(db, clock, master);
  const queue = new FrameQueue({ db, clock, links, isConnected, tell, onError });
  await queue.start();
  const rules = { ...MOVE_RULES, ...moveRules };
  const resendCommands = (gateway: string) => commands.resend(gateway);
  const mover = new HomeMover({ db, clock, documents, vault, links, rules, isConnected, tell, resendCommands, log });
  const homes = new Homes({ queue, vault, mover, links, tell, roundMs: moveRules?.roundMs ?? ROUND_MS, onError });
  const replacement = new GatewayReplacement({ db, clock, documents, vault, mover });
  return { homes, mover, links, replacement };
}
