import { VigieError } from '@vigie/contract';
import type { Logger } from 'pino';
import { recordEvent } from './audit/events.ts';
import type { BrokerHandlers, GatewayIdentity } from './broker/broker.ts';
import type { Clock } from './clock.ts';
import type { GatewayDialogue } from './config/gateway-dialogue.ts';
import { admitGateway } from './identity/gateway-sign-in.ts';
import type { PlatformSignIn } from './identity/platform-accounts.ts';
import { LaneProgress } from './ingest/acknowledge.ts';
import type { Homes } from './lorawan/homes.ts';
import type { GatewayDirectory } from './registry/gateway-directory.ts';
import type { Presence } from './registry/presence.ts';
import type { Db } from './store/database.ts';
import type { Subscribers } from './subscriptions/subscribers.ts';
import type { Telemetry } from './telemetry.ts';

export interface HandlerParts {
  db: Db;
  clock: Clock;
  log: Logger;
  directory: GatewayDirectory;
  presence: Presence;
  dialogue: GatewayDialogue;
  telemetry: Telemetry;
  homes: Pick<Homes, 'receive'>;
  platforms: PlatformSignIn;
  subscribers: Subscribers;
}

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
  'authenticateGateway' | 'gatewayConnected' | 'gatewayDisconnected' | 'gatewayMessage'
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
        await refuseMessage(parts, identity, leaf, error);
      }
    },
  };
}

/** Says what was wrong, where operators see it, and ends the connection: the gateway comes back and tries again. */
async function refuseMessage(
  { db, clock, log }: HandlerParts,
  { gateway: { id, tenant } }: GatewayIdentity,
  leaf: string,
  error: unknown,
): Promise<never> {
  const known = error instanceof VigieError;
  const code = known ? error.code : 'INTERNAL';
  log.warn({ gateway: id, leaf, code, ...(known ? { detail: error.message } : { err: error }) }, 'message refused');
  if (known) {
    const event = { tenant, gateway: id, code, severity: 'warning', message: error.message, at: clock.now() } as const;
    await recordEvent(db, event).catch((reason: Error) => log.error({ err: reason }, 'the event was not recorded'));
  }
  throw error;
}
