import { setTimeout as pause } from 'node:timers/promises';
import type { IClientOptions, MqttClient } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { connectBounded } from '../doors/connect-bounded.ts';
import { backOff } from './back-off.ts';

// It would keep a Buffer for each of 65,536 numbers: 7 MB for nothing.
mqttPacket.writeToStream.cacheNumbers = false;

export interface ServerAddress {
  host: string;
  port: number;
}

export interface LinkOptions {
  /** Tried in turn: the next one when one cannot be reached, or does not keep the link. At least one. */
  servers(): readonly ServerAddress[];
  /** PEM: the fleet's CA, this gateway's certificate and its private key. */
  ca: string;
  certificate: string;
  key: string;
  clientId: string;
  subscriptions: readonly string[];
  timing?: Partial<LinkTiming>;
  random: () => number;
}

export interface LinkTiming {
  /** The first connection after a start is spread over this time: a whole district may get its power back at once. */
  spreadMs: number;
  firstDelayMs: number;
  maxDelayMs: number;
  /** How long a link must hold before the back-off begins anew. */
  stableMs: number;
  connectTimeoutMs: number;
  keepAliveSeconds: number;
}

const DEFAULT_TIMING: LinkTiming = {
  spreadMs: 3_000,
  firstDelayMs: 1_000,
  maxDelayMs: 60_000,
  stableMs: 300_000,
  connectTimeoutMs: 20_000,
  keepAliveSeconds: 30,
};

/** What the server says is shorter than the longest configuration, with room for its topic. */
const MAX_PACKET_BYTES = 16 * 1_048_576 + 1_024;

export interface LinkEvents {
  up(): void;
  down(reason: string): void;
  message(topic: string, payload: Buffer): void;
}

/** A server that is not there any more holds up no stop. */
const LEAVE_LIMIT_MS = 1_000;

/**
 * One MQTT session after another over mutual TLS. It promises nothing about delivery: whoever publishes waits for the
 * server's own word. Every session is clean, so that nothing is replayed behind the forwarder's back.
 */
export class MqttLink {
  readonly #options: LinkOptions;
  readonly #timing: LinkTiming;
  readonly #events: LinkEvents;
  #delays: Generator<number, never>;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stableTimer: NodeJS.Timeout | undefined;
  #up = false;
  #stopped = false;
  #lastError = 'NOT_YET';
  /** Which of the servers. */
  #turn = 0;

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#options = options;
    this.#timing = { ...DEFAULT_TIMING, ...options.timing };
    this.#events = events;
    this.#delays = this.#newDelays();
  }

  /** The address that is used or was tried last. */
  get server(): string {
    const { host, port } = this.#address();
    return `${host}:${port}`;
  }

  get isUp(): boolean {
    return this.#up;
  }

  /** Why the link is down, for people. */
  get lastError(): string {
    return this.#lastError;
  }

  /** Bytes that the socket has not taken yet: back-pressure for whoever publishes. */
  get bufferedBytes(): number {
    const stream = this.#client?.stream as { writableLength?: number } | undefined;
    return stream?.writableLength ?? 0;
  }

  start(): void {
    this.#timer = setTimeout(() => this.#connect(), Math.round(this.#timing.spreadMs * this.#options.random()));
  }

  publish(topic: string, payload: string | Uint8Array): void {
    const bytes =
      typeof payload === 'string' ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    if (this.#up) withoutPool(() => this.#client?.publish(topic, bytes, { qos: 0 }));
  }

  /** Ends a session that is of no use; the next follows after the back-off. */
  reset(reason: string): void {
    this.#turn += 1;
    this.#drop(reason);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    // The server learns that this end is meant (MQTT 3.1.1, 3.14), where it still listens.
    const leave = client && this.#up ? client.endAsync(false) : Promise.resolve();
    await Promise.race([leave, pause(LEAVE_LIMIT_MS, undefined, { ref: false })]).catch(() => undefined);
    this.#drop('STOPPED');
    await client?.endAsync(true).catch(() => undefined);
  }

  #address(): ServerAddress {
    const servers = this.#options.servers();
    const address = servers[this.#turn % servers.length];
    if (!address) throw new Error('a link needs the address of a server');
    return address;
  }

  #connect(): void {
    const { host, port } = this.#address();
    const { ca, certificate, key, clientId, subscriptions } = this.#options;
    const options: IClientOptions = {
      protocol: 'mqtts',
      host,
      port,
      ca,
      cert: certificate,
      key,
      clientId,
      clean: true,
      protocolVersion: 4,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      connectTimeout: this.#timing.connectTimeoutMs,
      keepalive: this.#timing.keepAliveSeconds,
      rejectUnauthorized: true,
    };
    const client = connectBounded(options, MAX_PACKET_BYTES);
    this.#client = client;
    client.on('message', (topic, payload) => this.#events.message(topic, payload));
    client.on('error', (error) => this.#closed(client, codeOf(error)));
    client.on('close', () => this.#closed(client, 'CLOSED'));
    client.on('connect', () => {
      client.subscribe([...subscriptions], { qos: 0 }, (error) => {
        if (client !== this.#client) return;
        if (error) this.#closed(client, 'SUBSCRIBE_REFUSED');
        else this.#opened();
      });
    });
  }

  #opened(): void {
    this.#up = true;
    this.#lastError = '';
    this.#stableTimer = setTimeout(() => {
      this.#delays = this.#newDelays();
    }, this.#timing.stableMs);
    this.#events.up();
  }

  #closed(client: MqttClient, reason: string): void {
    if (client === this.#client) this.#drop(reason);
  }

  #drop(reason: string): void {
    clearTimeout(this.#stableTimer);
    const client = this.#client;
    this.#client = undefined;
    if (client) {
      client.removeAllListeners('message');
      client.on('error', () => undefined);
      client.end(true);
    }
    const wasUp = this.#up;
    this.#up = false;
    // A link that was cut is looked for where it was; an attempt that failed goes on to the next address.
    if (client && !wasUp) this.#turn += 1;
    if (reason !== 'CLOSED' || this.#lastError === '') this.#lastError = reason;
    if (wasUp) this.#events.down(reason);
    if (this.#stopped || !client) return;
    this.#timer = setTimeout(() => this.#connect(), this.#delays.next().value);
  }

  #newDelays(): Generator<number, never> {
    return backOff(this.#timing.firstDelayMs, this.#timing.maxDelayMs, this.#options.random);
  }
}

/**
 * mqtt-packet keeps a small Buffer for each length of a packet that it ever wrote. Out of Node's pool each would keep the
 * 64 KB from which it was cut: tens of megabytes after a day of batches of every length.
 */
function withoutPool(write: () => void): void {
  const { poolSize } = Buffer;
  Buffer.poolSize = 0;
  try {
    write();
  } finally {
    Buffer.poolSize = poolSize;
  }
}

function codeOf(error: Error): string {
  return 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number')
    ? String(error.code)
    : error.message.slice(0, 120);
}
