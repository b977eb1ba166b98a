import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { type DownLeaf, gatewayTopic, type UpLeaf } from '@vigie/contract';
import { Aedes, type AuthenticateError, type Client, type ConnectPacket, type PublishPacket } from 'aedes';
import { guarded } from '../doors/guarded.ts';
import { ListenerGuard } from '../doors/listener-guard.ts';
import { type ListenerLimits, MQTT_LISTENER } from '../doors/listener-limits.ts';
import type { Refusals } from '../doors/refusals.ts';
import { mayGatewaySubscribe, publishableLeaf } from './authorise.ts';
import type { ClientIdentity, PresentedCertificate } from './client-identity.ts';
import { CloneWatch, type Takeover } from './clone-watch.ts';
import { GatewayConnections } from './gateway-connections.ts';
import { Greetings } from './greetings.ts';
import { limitPackets, type PacketGate } from './limit-packets.ts';
import { CONNACK, connack, MAX_CLIENT_ID, nameSession, presentedCertificate } from './mqtt-session.ts';
import { noPersistence } from './no-persistence.ts';
import { Outgoing } from './outgoing.ts';

export interface BrokerLimits {
  listener: ListenerLimits;
  connectionsPerAccount: number;
  /** Before a client has shown who it is. */
  connectBytes: number;
  gatewayPacketBytes: number;
  platformPacketBytes: number;
}

export const BROKER_LIMITS: BrokerLimits = {
  listener: MQTT_LISTENER,
  connectionsPerAccount: 20,
  connectBytes: 4_096,
  gatewayPacketBytes: 1_114_112,
  platformPacketBytes: 65_536,
};

/** What the broker asks of the rest of the server. */
export interface BrokerHandlers {
  authenticateGateway(certificate: PresentedCertificate): Promise<ClientIdentity | undefined>;
  authenticatePlatform(account: string, password: string, address: string): Promise<ClientIdentity | undefined>;
  gatewayConnected(identity: GatewayIdentity): void;
  /** `stopped`: it said that it goes (MQTT 3.1.1, 3.14). */
  gatewayDisconnected(identity: GatewayIdentity, ended: 'stopped' | 'lost'): void;
  /** The certificate is good, but revoked, replaced or of a gateway that is not there any more. */
  gatewayRefused(certificate: PresentedCertificate, address: string): void;
  /** Two connections of one identity take turns. */
  gatewayCloned(identity: GatewayIdentity, takeover: Takeover): void;
  /**
   * Resolves when the message is dealt with; until then its connection is read no further. A rejection ends it. What
   * is told by `tell` goes to this very connection: an acknowledgement means nothing in the next.
   */
  gatewayMessage(identity: GatewayIdentity, leaf: UpLeaf, payload: Buffer, tell: Tell): Promise<void>;
  sessionOpened(session: string, account: { account: string; tenant: string }, durable: boolean): Promise<string[]>;
  sessionSubscribed(session: string, filter: string, qos: number): Promise<boolean>;
  sessionUnsubscribed(session: string, filters: readonly string[]): Promise<void>;
  sessionReady(session: string, sink: PlatformSink): void;
  sessionAcknowledged(session: string, messageIds: readonly number[]): void;
  sessionClosed(session: string): Promise<void>;
}

export type GatewayIdentity = ClientIdentity & { kind: 'gateway' };
export type Tell = (leaf: DownLeaf, message: object) => void;

/** Takes whole MQTT packets. */
export interface PlatformSink {
  write(packets: Buffer): void;
  readonly pendingBytes: number;
  whenDrained(proceed: () => void): void;
}

export interface BrokerOptions {
  host: string;
  port: number;
  credentials: { cert: string; key: string; ca: string };
  limits: BrokerLimits;
  refusals: Refusals;
  log: { warn(fields: object, message: string): void; debug(fields: object, message: string): void };
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Publications that are routed at the same time: nothing of ours is, so that few are enough. */
const ROUTED_AT_ONCE = 16;

/**
 * The MQTT 3.1.1 broker. Gateways come with a certificate, platforms with a password; either is told from the other
 * before anything else happens. Nothing is routed between clients: gateways speak to the server and platforms read the log.
 */
export class Broker {
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #handlers: BrokerHandlers;
  readonly #options: BrokerOptions;
  readonly #identities = new WeakMap<Client, ClientIdentity>();
  readonly #restored = new Map<string, string[]>();
  /** Whose each open session is. */
  readonly #sessions = new Map<string, Client>();
  readonly #gateways = new GatewayConnections();
  readonly #clones = new CloneWatch();
  readonly #guard: ListenerGuard;
  readonly #outgoing = new WeakMap<Client, Outgoing>();
  readonly #greetings = new Greetings<Client, Buffer>();
  /** What else a gateway says of itself, in its order: one at a time. */
  readonly #reports = new WeakMap<Client, Promise<void>>();
  /** What each client changes in its subscriptions. */
  readonly #changes = new WeakMap<Client, Promise<void>>();
  readonly #accounts = new Map<string, Set<Client>>();
  readonly #gates = new WeakMap<Client, PacketGate>();

  private constructor(options: BrokerOptions, handlers: BrokerHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#guard = new ListenerGuard('mqtt', options.limits.listener, options.refusals);
    this.#aedes = new Aedes({
      concurrency: ROUTED_AT_ONCE,
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxClientsIdLength: MAX_CLIENT_ID * 3,
      maxTopicLevels: 8,
      persistence: noPersistence({
        restored: (clientId) => this.#restored.get(clientId) ?? [],
        unsubscribed: async (clientId, filters) => {
          const client = this.#sessions.get(clientId);
          if (client) await this.#oneByOne(client, () => handlers.sessionUnsubscribed(clientId, filters));
        },
      }),
      preConnect: (client, packet, done) => this.#greet(client, packet, done),
      authenticate: (client, username, password, done) => {
        this.#authenticate(client, username, password).then(
          (refusal) => done(refusal ?? null, refusal === undefined),
          (error: Error) => {
            this.#options.refusals.fault('mqtt', error);
            done(refused(CONNACK.unavailable, error.message), false);
          },
        );
      },
      authorizePublish: (client, packet, done) =>
        done(client && !this.#mayPublish(client, packet) ? forbidden() : null),
      authorizeSubscribe: (client, subscription, done) => {
        this.#oneByOne(client, () => this.#subscribe(client, subscription.topic, subscription.qos)).then(
          (granted) => done(null, granted ? subscription : null),
          (error: Error) => done(error),
        );
      },
      published: (packet, client, done) => {
        if (!client) return done(null);
        this.#received(client, packet.topic, packet.payload as Buffer).then(() => done(null), done);
      },
    });
    this.#listenToClients();
    this.#server = createServer(
      {
        ...options.credentials,
        requestCert: true,
        // A platform has no certificate; one that is shown must be good, which `nameSession` sees to.
        rejectUnauthorized: false,
        minVersion: 'TLSv1.2',
        handshakeTimeout: CONNECT_TIMEOUT_MS,
        // A resumed session would not show its certificate again.
        secureOptions: constants.SSL_OP_NO_TICKET,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 60_000,
      },
      (socket) =>
        guarded(
          () => this.#accept(socket),
          (error) => this.#fault(socket, error),
        ),
    );
    this.#guard.watch(this.#server);
  }

  static async start(options: BrokerOptions, handlers: BrokerHandlers): Promise<Broker> {
    const broker = new Broker(options, handlers);
    await broker.#aedes.listen();
    broker.#server.listen(options.port, options.host);
    await once(broker.#server, 'listening');
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): { gateways: number; platforms: number } {
    const platforms = [...this.#accounts.values()].reduce((sum, clients) => sum + clients.size, 0);
    return { gateways: this.#gateways.size, platforms };
  }

  isConnected(gateway: string): boolean {
    return this.#gateways.current(gateway) !== undefined;
  }

  /** Sends to a gateway that is connected; to one that is not, nothing: it hears what it lacks when it says hello. */
  tellGateway(gateway: string, leaf: DownLeaf, message: object): void {
    const client = this.#gateways.current(gateway);
    if (client) this.#tell(client, gateway, leaf, message);
  }

  /** Ends the connection of a gateway at once. */
  cutGateway(gateway: string): void {
    for (const client of this.#gateways.all(gateway)) client.close();
  }

  cutAccount(account: string): void {
    for (const client of [...(this.#accounts.get(account) ?? [])]) client.close();
  }

  renewCredentials(credentials: BrokerOptions['credentials']): void {
    this.#server.setSecureContext(credentials);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    await closed;
  }

  /** What a handler threw costs the connection that it was called for. */
  #fault(socket: { destroy(): unknown }, error: unknown): void {
    this.#options.refusals.fault('mqtt', error);
    socket.destroy();
  }

  #greet(client: Client, packet: ConnectPacket, done: (error: Error | null, success: boolean) => void): void {
    const socket = client.conn as TLSSocket;
    // What comes before the CONNACK waits for it (MQTT 3.1.1, 3.1.4); the library reads on until it asks who is there.
    (client as Client & { pause(): void }).pause();
    const returnCode = nameSession(client, packet);
    if (returnCode === undefined) {
      done(null, true);
      return;
    }
    this.#options.refusals.note('mqtt', `connack-${returnCode}`, { address: socket.remoteAddress });
    // The broker library would leave the connection open and say nothing.
    socket.end(connack(returnCode), () => done(refused(returnCode, 'refused'), false));
  }

  #accept(socket: TLSSocket): void {
    const client = this.#aedes.handle(socket);
    this.#outgoing.set(client, new Outgoing(client, this.#options.limits.listener.unsentBytes));
    this.#gates.set(client, limitPackets(client, this.#options.limits.connectBytes));
  }

  async #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticateError | undefined> {
    const { limits } = this.#options;
    const socket = client.conn as TLSSocket;
    const address = socket.remoteAddress ?? '';
    const certificate = presentedCertificate(socket);
    const identity = certificate
      ? await this.#handlers.authenticateGateway(certificate)
      : await this.#handlers.authenticatePlatform(username ?? '', password?.toString() ?? '', address);
    if (!identity) {
      this.#options.refusals.note('mqtt', certificate ? 'identity' : 'credentials', { address });
      const failed = (error: unknown) => this.#options.refusals.fault('mqtt', error);
      if (certificate) guarded(() => this.#handlers.gatewayRefused(certificate, address), failed);
      return refused(certificate ? CONNACK.notAuthorised : CONNACK.badCredentials, 'refused');
    }
    if (identity.kind === 'platform') {
      const others = this.#accounts.get(identity.account)?.size ?? 0;
      if (others >= limits.connectionsPerAccount) {
        this.#options.refusals.note('mqtt', 'connections-of-account', { account: identity.account });
        return refused(CONNACK.notAuthorised, 'too many connections of this account');
      }
    }
    if (socket.destroyed) return refused(CONNACK.notAuthorised, 'gone');
    await this.#admit(client, identity);
    return undefined;
  }

  /** From here on the client counts, until its socket closes. */
  async #admit(client: Client, identity: ClientIdentity): Promise<void> {
    const { limits } = this.#options;
    this.#identities.set(client, identity);
    const socket = client.conn as TLSSocket;
    this.#guard.known(socket);
    socket.once('close', () =>
      guarded(
        () => this.#gone(client, identity),
        (error) => this.#fault(socket, error),
      ),
    );
    const gate = this.#gates.get(client);
    if (gate) gate.maxBytes = identity.kind === 'gateway' ? limits.gatewayPacketBytes : limits.platformPacketBytes;
    if (identity.kind === 'gateway') {
      const address = socket.remoteAddress ?? '';
      const before = this.#gateways.add({ client, identity, address });
      const failed = (error: unknown) => this.#fault(socket, error);
      guarded(() => this.#handlers.gatewayConnected(identity), failed);
      const takeover = before && this.#clones.takenOver(identity.gateway.id, { from: before.address, to: address });
      if (takeover) guarded(() => this.#handlers.gatewayCloned(identity, takeover), failed);
    } else {
      const clients = this.#accounts.get(identity.account) ?? new Set();
      this.#accounts.set(identity.account, clients.add(client));
      this.#sessions.set(client.id, client);
      gate?.takeAcknowledgements((messageIds) =>
        guarded(
          () => this.#handlers.sessionAcknowledged(client.id, messageIds),
          (error) => this.#fault(socket, error),
        ),
      );
      this.#restored.set(client.id, await this.#handlers.sessionOpened(client.id, identity, !client.clean));
    }
  }

  #mayPublish(client: Client, packet: PublishPacket): boolean {
    return packet.qos < 2 && publishableLeaf(this.#identities.get(client), packet.topic) !== undefined;
  }

  /**
   * The library begins with all packets of one read at once: what they want of the database would stand in everybody's
   * way. One after the other, each in a turn of its own.
   */
  #oneByOne<T>(client: Client, work: () => Promise<T>): Promise<T> {
    const before = this.#changes.get(client) ?? Promise.resolve();
    const done = before.then(turnOfOthers).then(work);
    this.#changes.set(
      client,
      done.then(
        () => undefined,
        () => undefined,
      ),
    );
    return done;
  }

  async #subscribe(client: Client, filter: string, qos: number): Promise<boolean> {
    const identity = this.#identities.get(client);
    if (identity?.kind === 'gateway') return mayGatewaySubscribe(identity.gateway.id, filter);
    return identity?.kind === 'platform' && this.#handlers.sessionSubscribed(client.id, filter, qos);
  }

  async #received(client: Client, topic: string, payload: Buffer): Promise<void> {
    const identity = this.#identities.get(client);
    const leaf = publishableLeaf(identity, topic);
    if (identity?.kind !== 'gateway' || !leaf) return;
    const reply: Tell = (to, message) => this.#tell(client, identity.gateway.id, to, message);
    if (leaf === 'up/live' || leaf === 'up/backlog') {
      return this.#handlers.gatewayMessage(identity, leaf, payload, reply);
    }
    if (leaf === 'hello') {
      return this.#greetings.greet(client, payload, async (greeting) => {
        await this.#handlers.gatewayMessage(identity, leaf, greeting, reply);
        await this.#outgoing.get(client)?.taken();
      });
    }
    const before = this.#reports.get(client) ?? Promise.resolve();
    const dealtWith = before.then(() => this.#handlers.gatewayMessage(identity, leaf, payload, reply));
    this.#reports.set(client, dealtWith);
    return dealtWith;
  }

  #tell(client: Client, gateway: string, leaf: DownLeaf, message: object): void {
    const packet: PublishPacket = {
      ...{ cmd: 'publish', topic: gatewayTopic(gateway, leaf), payload: Buffer.from(JSON.stringify(message)) },
      ...{ qos: 0, dup: false, retain: false },
    };
    if (this.#outgoing.get(client)?.publish(packet)) return;
    this.#options.refusals.note('mqtt', 'unsent-bytes', { gateway });
    client.close();
  }

  #listenToClients(): void {
    const { log } = this.#options;
    this.#aedes.on('clientReady', (client) => {
      if (this.#identities.get(client)?.kind !== 'platform') return;
      this.#restored.delete(client.id);
      const socket = client.conn as TLSSocket;
      guarded(
        () => this.#handlers.sessionReady(client.id, this.#sinkOf(client)),
        (error) => this.#fault(socket, error),
      );
    });
    this.#aedes.on('unsubscribe', (filters, client) => {
      if (!client.clean || client.closed) return;
      guarded(
        () => this.#handlers.sessionUnsubscribed(client.id, filters),
        (error) => this.#fault(client.conn as TLSSocket, error),
      );
    });
    this.#aedes.on('clientError', (client, error) => {
      this.#options.refusals.note('mqtt', 'client-error', { client: client.id, detail: error.message });
      log.debug({ client: client.id, reason: error.message }, 'MQTT client ended');
    });
    this.#aedes.on('connectionError', (_client, error) => {
      this.#options.refusals.note('mqtt', 'no-connect', { detail: error.message });
      log.debug({ reason: error.message }, 'MQTT connection refused');
    });
  }

  #gone(client: Client, identity: ClientIdentity): void {
    if (identity.kind === 'gateway') {
      // Neither an old connection after a takeover nor a new one that broke before it ends what the other uses.
      if (!this.#gateways.remove(identity.gateway.id, client)) return;
      const { _disconnected: saidSo } = client as Client & { _disconnected?: boolean };
      this.#handlers.gatewayDisconnected(identity, saidSo ? 'stopped' : 'lost');
      return;
    }
    const clients = this.#accounts.get(identity.account);
    clients?.delete(client);
    if (clients?.size === 0) this.#accounts.delete(identity.account);
    if (this.#sessions.get(client.id) !== client) return;
    this.#sessions.delete(client.id);
    this.#restored.delete(client.id);
    this.#handlers.sessionClosed(client.id).catch((error: Error) => {
      this.#options.log.warn({ reason: error.message }, 'the position of a session was not saved');
    });
  }

  #sinkOf(client: Client): PlatformSink {
    const socket = client.conn as TLSSocket;
    return {
      write: (packets) => {
        if (!socket.destroyed) socket.write(packets);
      },
      get pendingBytes() {
        return socket.destroyed ? 0 : socket.writableLength;
      },
      whenDrained: (proceed) => socket.once('drain', proceed),
    };
  }
}

function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function refused(returnCode: number, message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode }) as AuthenticateError;
}

function forbidden(): Error {
  return new Error('this topic is not yours');
}
