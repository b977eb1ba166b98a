import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { type DownLeaf, gatewayTopic, type UpLeaf } from '@vigie/contract';
import { Aedes, type AuthenticateError, type Client, type ConnectPacket, type PublishPacket } from 'aedes';
import { normalSerial } from '../identity/serial-number.ts';
import { mayGatewaySubscribe, publishableLeaf } from './authorise.ts';
import type { ClientIdentity, PresentedCertificate } from './client-identity.ts';
import { limitPackets, type PacketGate } from './limit-packets.ts';
import { noPersistence } from './no-persistence.ts';

export interface BrokerLimits {
  connections: number;
  connectionsPerAccount: number;
  /** Before a client has shown who it is. */
  connectBytes: number;
  gatewayPacketBytes: number;
  platformPacketBytes: number;
}

export const BROKER_LIMITS: BrokerLimits = {
  connections: 20_000,
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
  gatewayDisconnected(identity: GatewayIdentity): void;
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
  log: { warn(fields: object, message: string): void; debug(fields: object, message: string): void };
}

const CONNECT_TIMEOUT_MS = 10_000;
const CREDENTIALS_REFUSED = 4;
const NOT_AUTHORISED = 5;
const MAX_CLIENT_ID = 128;

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
  readonly #gateways = new Map<string, Client>();
  readonly #accounts = new Map<string, Set<Client>>();
  readonly #gates = new WeakMap<Client, PacketGate>();

  private constructor(options: BrokerOptions, handlers: BrokerHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#aedes = new Aedes({
      connectTimeout: CONNECT_TIMEOUT_MS,
      maxClientsIdLength: MAX_CLIENT_ID * 3,
      maxTopicLevels: 8,
      persistence: noPersistence({
        restored: (clientId) => this.#restored.get(clientId) ?? [],
        unsubscribed: (clientId, filters) => handlers.sessionUnsubscribed(clientId, filters),
      }),
      preConnect: (client, packet, done) => done(null, nameSession(client, packet)),
      authenticate: (client, username, password, done) => {
        this.#authenticate(client, username, password).then(
          (refusal) => done(refusal ?? null, refusal === undefined),
          (error: Error) => done(refused(NOT_AUTHORISED, error.message), false),
        );
      },
      authorizePublish: (client, packet, done) =>
        done(client && !this.#mayPublish(client, packet) ? forbidden() : null),
      authorizeSubscribe: (client, subscription, done) => {
        this.#subscribe(client, subscription.topic, subscription.qos).then(
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
      (socket) => this.#accept(socket),
    );
    this.#server.maxConnections = options.limits.connections;
    this.#server.on('tlsClientError', (error) => options.log.debug({ reason: error.message }, 'TLS refused'));
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
    return this.#gateways.has(gateway);
  }

  /** Sends to a gateway that is connected; to one that is not, nothing: it hears what it lacks when it says hello. */
  tellGateway(gateway: string, leaf: DownLeaf, message: object): void {
    const client = this.#gateways.get(gateway);
    if (client) tell(client, gateway, leaf, message);
  }

  /** Ends the connection of a gateway at once. */
  cutGateway(gateway: string): void {
    this.#gateways.get(gateway)?.close();
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

  #accept(socket: TLSSocket): void {
    const client = this.#aedes.handle(socket);
    this.#gates.set(client, limitPackets(client, this.#options.limits.connectBytes));
  }

  async #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<AuthenticateError | undefined> {
    const { limits } = this.#options;
    const socket = client.conn as TLSSocket;
    const certificate = presentedCertificate(socket);
    const identity = certificate
      ? await this.#handlers.authenticateGateway(certificate)
      : await this.#handlers.authenticatePlatform(
          username ?? '',
          password?.toString() ?? '',
          socket.remoteAddress ?? '',
        );
    if (!identity) return refused(certificate ? NOT_AUTHORISED : CREDENTIALS_REFUSED, 'refused');
    if (identity.kind === 'platform') {
      const others = this.#accounts.get(identity.account)?.size ?? 0;
      if (others >= limits.connectionsPerAccount)
        return refused(NOT_AUTHORISED, 'too many connections of this account');
    }
    if (socket.destroyed) return refused(NOT_AUTHORISED, 'gone');
    await this.#admit(client, identity);
    return undefined;
  }

  /** From here on the client counts, until its socket closes. */
  async #admit(client: Client, identity: ClientIdentity): Promise<void> {
    const { limits } = this.#options;
    this.#identities.set(client, identity);
    client.conn.once('close', () => this.#gone(client, identity));
    const gate = this.#gates.get(client);
    if (gate) gate.maxBytes = identity.kind === 'gateway' ? limits.gatewayPacketBytes : limits.platformPacketBytes;
    if (identity.kind === 'gateway') {
      this.#gateways.set(identity.gateway.id, client);
      this.#handlers.gatewayConnected(identity);
    } else {
      const clients = this.#accounts.get(identity.account) ?? new Set();
      this.#accounts.set(identity.account, clients.add(client));
      this.#sessions.set(client.id, client);
      gate?.takeAcknowledgements((messageIds) => this.#handlers.sessionAcknowledged(client.id, messageIds));
      this.#restored.set(client.id, await this.#handlers.sessionOpened(client.id, identity, !client.clean));
    }
  }

  #mayPublish(client: Client, packet: PublishPacket): boolean {
    return packet.qos < 2 && publishableLeaf(this.#identities.get(client), packet.topic) !== undefined;
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
    const reply: Tell = (to, message) => tell(client, identity.gateway.id, to, message);
    await this.#handlers.gatewayMessage(identity, leaf, payload, reply);
  }

  #listenToClients(): void {
    const { log } = this.#options;
    this.#aedes.on('clientReady', (client) => {
      if (this.#identities.get(client)?.kind !== 'platform') return;
      this.#restored.delete(client.id);
      this.#handlers.sessionReady(client.id, this.#sinkOf(client));
    });
    this.#aedes.on('unsubscribe', (filters, client) => {
      if (client.clean && !client.closed) this.#handlers.sessionUnsubscribed(client.id, filters).catch(() => undefined);
    });
    this.#aedes.on('clientError', (client, error) => {
      log.debug({ client: client.id, reason: error.message }, 'MQTT client ended');
    });
    this.#aedes.on('connectionError', (_client, error) => {
      log.debug({ reason: error.message }, 'MQTT connection refused');
    });
  }

  #gone(client: Client, identity: ClientIdentity): void {
    if (identity.kind === 'gateway') {
      // After a takeover the old connection must not end what the new one uses.
      if (this.#gateways.get(identity.gateway.id) !== client) return;
      this.#gateways.delete(identity.gateway.id);
      this.#handlers.gatewayDisconnected(identity);
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

/**
 * Gives the session a name that nobody else can take: a client identifier is only unique within its own account, and
 * must not let one tenant throw another's client out. Returns false for a certificate that is shown but not good.
 */
function nameSession(client: Client, packet: ConnectPacket): boolean {
  const socket = client.conn as TLSSocket;
  const certificate = presentedCertificate(socket);
  const shown = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
  if (shown && !certificate) return false;
  if (packet.clientId.length > MAX_CLIENT_ID || (packet.username?.length ?? 0) > MAX_CLIENT_ID) return false;
  // Nobody may speak through a last will.
  delete (packet as { will?: unknown }).will;
  if (certificate) {
    packet.clientId = `gateway/${certificate.gateway}`;
    packet.clean = true;
  } else {
    const own = packet.clientId === '' ? `anonymous-${socket.remotePort}` : packet.clientId;
    packet.clientId = `platform/${packet.username ?? ''}/${own}`;
  }
  return true;
}

function tell(client: Client, gateway: string, leaf: DownLeaf, message: object): void {
  const packet: PublishPacket = {
    ...{ cmd: 'publish', topic: gatewayTopic(gateway, leaf), payload: Buffer.from(JSON.stringify(message)) },
    ...{ qos: 0, dup: false, retain: false },
  };
  client.publish(packet, () => undefined);
}

function presentedCertificate(socket: TLSSocket): PresentedCertificate | undefined {
  if (!socket.authorized) return undefined;
  const { subject, serialNumber } = socket.getPeerCertificate();
  const gateway = subject?.CN;
  return typeof gateway === 'string' && serialNumber ? { gateway, serial: normalSerial(serialNumber) } : undefined;
}

function refused(returnCode: number, message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode }) as AuthenticateError;
}

function forbidden(): Error {
  return new Error('this topic is not yours');
}
