import type { Server } from 'node:https';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
} from 'fastify';
import type { Clock } from '../clock.ts';
import type { Commands } from '../commands/commands.ts';
import type { ConfigDocuments } from '../config/documents.ts';
import type { ListenerLimits } from '../doors/listener-limits.ts';
import type { Refusals } from '../doors/refusals.ts';
import type { HealthCheck } from '../health.ts';
import type { CertificateAuthority } from '../identity/certificate-authority.ts';
import type { Enrolment } from '../identity/enrolment.ts';
import type { PlatformSignIn } from '../identity/platform-accounts.ts';
import type { SignIn } from '../identity/sign-in.ts';
import type { HomeMover } from '../lorawan/home-mover.ts';
import type { LinkStatistics } from '../lorawan/link-statistics.ts';
import type { Catalogue } from '../registry/catalogue.ts';
import type { Db } from '../store/database.ts';
import type { LogTail } from '../subscriptions/log-tail.ts';
import type { Cursors } from './cursors.ts';

/** What the routes work with. */
export interface ApiParts {
  db: Db;
  clock: Clock;
  catalogue: Catalogue;
  tail: LogTail;
  signIn: SignIn;
  platforms: PlatformSignIn;
  enrolment: Enrolment;
  ca: CertificateAuthority;
  documents: ConfigDocuments;
  commands: Commands;
  mover: HomeMover;
  links: LinkStatistics;
  /** Address of this server as a claim names it. */
  address: () => { host: string; port: number };
  /** The gateway's rights ended: its live session does too. */
  cutGateway: (gateway: string) => void;
  cutAccount: (account: string) => void;
  refusals: Refusals;
  cursors: Cursors;
  health: HealthCheck;
  /** The password that was made up at the first start is not valid any more. */
  forgetFirstPassword: () => Promise<void>;
  /** Prometheus text. */
  metrics: () => string;
  consoleFolder: string;
  limits: ApiLimits;
}

export interface ApiLimits {
  requestsPerMinute: number;
  liveStreams: number;
  liveStreamsPerTenant: number;
  liveStreamsPerPerson: number;
  listener: ListenerLimits;
}

export type App = FastifyInstance<
  Server,
  RawRequestDefaultExpression<Server>,
  RawReplyDefaultExpression<Server>,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
