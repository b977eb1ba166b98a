import { type ErrorCode, VigieError } from '@vigie/contract';
import type { SecurityEvents } from './audit/security-events.ts';
import type { BrokerHandlers, GatewayIdentity } from './broker/broker.ts';
import type { Clock } from './clock.ts';
import type { GatewayDialogue } from './config/gateway-dialogue.ts';
import type { Refusals } from './doors/refusals.ts';
import { admitGateway } from './identity/gateway-sign-in.ts';
import type { PlatformSignIn } from './identity/platform-accounts.ts';
import { LaneProgress } from './ingest/acknowledge.ts';
import type { Homes } from './lorawan/homes.ts';
import type { GatewayDirectory } from './registry/gateway-directory.ts';
import type { Presence } from './registry/presence.ts';
import { type Db, databaseError } from './store/database.ts';
import type { Subscribers } from './subscriptions/subscribers.ts';
import type { Telemetry } from './telemetry.ts';

export interface HandlerParts {
  db: Db;
  clock: Clock;
  directory: GatewayDirectory;
  presence: Presence;
  dialogue: GatewayDialogue;
  telemetry: Telemetry;
  homes: Pick<Homes, 'receive'>;
  platforms: PlatformSignIn;
  subscribers: Subscribers;
  refusals: Refusals;
  events: SecurityEvents;
}

/** A gateway that is refused again and again is told of once in this time. */
const QUIET_MS = 15 * 60_000;
/** The same for a message of which something was wrong; each ends the connection. */
const MESSAGE_QUIET_MS = 60_000;

/** What the broker hears, handed to the part that it concerns. */
export function brokerHandlers(parts: HandlerParts): BrokerHandlers {
  const { subscribers, platforms } = parts;
  return {
    ...gatewayHandlers(parts),
    authenticatePlatform: async (account, password, address) => {
      const found = await platforms.check(account, password, address);
      return found && { kind: 'platform', ...found };
    },
    sessionOpened: (session, { account, tenant }, durable) => subscribers.open({ session, account, tenant, durable }),
    sessionSubscribed: (session, filter, qos) => subscribers.subscribe(session, filter, qos),
    sessionUnsubscribed: (session, filters) => subscribers.unsubscribe(session, filters),
    sessionReady: (session, sink) => subscribers.start(session, sink),
    sessionAcknowledged: (session, messageIds) => subscribers.acknowledge(session, messageIds),
    sessionClosed: (session) => subscribers.close(session),
  };
}

type GatewayHandlers = Pick<
  BrokerHandlers,
  | 'authenticateGateway'
  | 'gatewayConnected'
  | 'gatewayDisconnected'
  | 'gatewayRefused'
  | 'gatewayCloned'
  | 'gatewayMessage'
>;

function gatewayHandlers(parts: HandlerParts): GatewayHandlers {
  const { db, clock, directory, presence, dialogue, telemetry, homes } = parts;
  /** Batch numbers begin anew with each connection. */
  const progress = new WeakMap<GatewayIdentity, LaneProgress>();
  return {
    authenticateGateway: async (certificate) => {
      const gateway = await admitGateway({ db, clock, directory }, certificate);
      return gateway && { kind: 'gateway', gateway, serial: certificate.serial };
    },
    gatewayConnected: (identity) => {
      progress.set(identity, new LaneProgress());
      presence.connected(identity.gateway.id);
    },
    gatewayDisconnected: ({ gateway }, ended) => {
      directory.forget(gateway.id);
      presence.disconnected(gateway.id, ended);
    },
    gatewayRefused: ({ gateway, serial }, address) => {
      tellRefused(parts, gateway, serial, address).catch((error: unknown) => parts.refusals.fault('mqtt', error));
    },
    gatewayCloned: ({ gateway: { id, tenant } }, { from, to }) => {
      parts.refusals.note('mqtt', 'cloned-identity', { gateway: id, from, to });
      const message = `Connections from ${from} and ${to} throw each other out`;
      parts.events.note({ code: 'IDENTITY_CLONED', severity: 'alarm', message, tenant, gateway: id }, QUIET_MS);
    },
    gatewayMessage: async (identity, leaf, payload, tell) => {
      const { gateway } = identity;
      presence.seen(gateway.id);
      try {
        if (leaf === 'hello') return await dialogue.hello(gateway.id, payload);
        if (leaf === 'status') return await dialogue.status(gateway, payload);
        if (leaf === 'home/report') return await homes.receive(gateway, payload);
        const outcome = await telemetry.receive({
          ...{
            gateway,
            payload,
            lane: leaf === 'up/live' ? 'live' : 'backlog',
            progress: progress.get(identity) ?? new LaneProgress(),
          },
          acknowledge: (acknowledgement) => tell('ack', acknowledgement),
        });
        if (!outcome.ok) throw new VigieError(outcome.code, outcome.message);
      } catch (error) {
        refuseMessage(parts, identity, leaf, error);
      }
    },
  };
}

/** Only where there is such a gateway: the certificate is ours, so that there was one. */
async function tellRefused({ db, events }: HandlerParts, id: string, serial: string, address: string): Promise<void> {
  const gateway = await db.selectFrom('gateways').select('tenant').where('id', '=', id).executeTakeFirst();
  const message = `A connection from ${address} showed the certificate ${serial}, which is not valid any more`;
  const event = { code: 'GATEWAY_REFUSED', severity: 'warning', message } as const;
  events.note(gateway ? { ...event, tenant: gateway.tenant, gateway: id } : event, QUIET_MS);
}

/** Says what was wrong, where operators see it, and ends the connection: the gateway comes back and tries again. */
function refuseMessage(
  { refusals, events }: HandlerParts,
  { gateway: { id, tenant } }: GatewayIdentity,
  leaf: string,
  thrown: unknown,
): never {
  const error = databaseError(thrown);
  if (!(error instanceof VigieError)) {
    refusals.fault('uplink', error);
    throw error;
  }
  const { code, message } = error;
  refusals.note('uplink', code, { gateway: id, leaf, detail: message });
  // That the database is in trouble is no event of this gateway, and could not be written either.
  if (!TROUBLE_OF_OURS.has(code))
    events.note({ code, severity: 'warning', message, tenant, gateway: id }, MESSAGE_QUIET_MS);
  throw error;
}

const TROUBLE_OF_OURS: ReadonlySet<ErrorCode> = new Set([
  ...(['STORAGE_FULL', 'STORAGE_FAILED', 'DATABASE_UNREACHABLE', 'SERVER_BUSY'] as const),
]);
