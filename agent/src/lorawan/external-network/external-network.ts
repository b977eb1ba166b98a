import {
  type ChirpstackSource,
  type LorawanDeviceConfig,
  parseForeignJson,
  type RadioLink,
  type ThingsStackSource,
} from '@vigie/contract';
import type { IPublishPacket, MqttClient } from 'mqtt';
import type { BoundedLog } from '../../bounded-log.ts';
import type { Clock } from '../../clock.ts';
import type { MessageSink } from '../../device-message.ts';
import type { LorawanOrder, OrderConduct } from '../../device-order.ts';
import { connectBounded } from '../../doors/connect-bounded.ts';
import type { Ledger, Stage } from '../../ledger.ts';
import { describeLink, type FrameDiary } from '../frame-diary.ts';
import { chirpstack } from './chirpstack.ts';
import type { NetworkDialect, NetworkEvent } from './network-event.ts';
import { thingsStack } from './things-stack.ts';

export type ExternalNetworkConfig = ChirpstackSource | ThingsStackSource;

export interface ExternalNetworkOptions {
  config: ExternalNetworkConfig;
  /** Names the session that the broker keeps. */
  clientId: string;
  clock: Clock;
  ledger: Ledger;
  log: BoundedLog;
  sink: MessageSink;
  diary: Pick<FrameDiary, 'write'>;
  /** Device of this source by its DevEUI. */
  deviceOf(devEui: string): LorawanDeviceConfig | undefined;
  /** The last message of a device that the outbox holds: the time that stands in its mark. */
  watermark(key: string): number | undefined;
  /** An uplink of the device is durable. */
  onHeard(device: LorawanDeviceConfig, at: number, link: RadioLink): void;
}

interface OpenOrder {
  order: LorawanOrder;
  devEui: string;
  conduct: OrderConduct;
  phase: 'waiting' | 'beginning' | 'handedOver';
  reportedSent: boolean;
}

const MAX_ORDERS = 1_000;
const SWEEP_MS = 1_000;
const RECONNECT_MS = 3_000;
/** An event with 242 bytes of payload, what the other network's codec made of it, and the metadata of all that heard it. */
const MAX_PACKET_BYTES = 1_048_576;
const EVENT = { maxBytes: 524_288, maxDepth: 64 };

/**
 * Devices of another network: its server decrypts, this gateway decodes, buffers and orders. A message is acknowledged to
 * the broker when it is durable here, in a session that the broker keeps: what came while the agent was down, comes later.
 */
export class ExternalNetwork {
  readonly #options: ExternalNetworkOptions;
  readonly #dialect: NetworkDialect;
  readonly #messages: Stage;
  readonly #frames: Stage;
  readonly #orders: Stage;
  readonly #client: MqttClient;
  readonly #open = new Map<string, OpenOrder>();
  readonly #last = new Map<string, number>();
  readonly #sweeper: NodeJS.Timeout;
  #held = 0;
  #lastSeenAt = 0;

  constructor(options: ExternalNetworkOptions) {
    this.#options = options;
    const { config, ledger, log } = options;
    this.#dialect = config.type === 'chirpstack' ? chirpstack(config.application) : thingsStack(config.application);
    this.#messages = ledger.stage(`lorawan.network.${config.id}`);
    this.#frames = ledger.stage(`lorawan.network.${config.id}.frames`);
    this.#orders = ledger.stage(`lorawan.network.${config.id}.orders`);
    this.#frames.holds(() => this.#held);
    this.#orders.holds(() => this.#open.size);
    const { url, username, password, ca } = config;
    this.#client = connectBounded(
      {
        url,
        clientId: options.clientId,
        clean: false,
        reconnectPeriod: RECONNECT_MS,
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
        ...(ca !== undefined && { ca }),
      },
      MAX_PACKET_BYTES,
    );
    this.#client.on('connect', () => this.#connected());
    this.#client.on('error', () => log.warn('LORAWAN_NETWORK_UNREACHABLE', { source: config.id }));
    // The broker's acknowledgement goes out with the callback.
    this.#client.handleMessage = (packet, done) => {
      this.#onMessage(packet as IPublishPacket).then(
        () => done(),
        () => this.#giveBack(),
      );
    };
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  status(): { connected: boolean; lastSeenAt: number } {
    return { connected: this.#client.connected, lastSeenAt: this.#lastSeenAt };
  }

  /** Downlinks to the device that have not ended. */
  openOrders(devEui: string): number {
    return [...this.#open.values()].filter((open) => open.devEui === devEui).length;
  }

  execute(order: LorawanOrder, devEui: string, conduct: OrderConduct): void {
    this.#orders.in();
    if (this.#open.size >= MAX_ORDERS) {
      this.#orders.drop('COMMAND_REFUSED');
      conduct.report({ state: 'failed', code: 'COMMAND_REFUSED', message: `${MAX_ORDERS} downlinks are open` });
      return;
    }
    this.#open.set(order.id, { order, devEui, conduct, phase: 'waiting', reportedSent: false });
    this.#handOver().catch(this.#options.log.bug('lorawan network'));
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper);
    await this.#client.endAsync();
  }

  #connected(): void {
    this.#client.subscribe([...this.#dialect.filters], { qos: 1 });
    this.#handOver().catch(this.#options.log.bug('lorawan network'));
  }

  async #onMessage({ topic, payload }: IPublishPacket): Promise<void> {
    this.#messages.in();
    const event = this.#dialect.parse(topic, parseJson(payload));
    if (!event) {
      this.#messages.drop('LORAWAN_MESSAGE_INVALID');
      this.#options.log.warn('LORAWAN_MESSAGE_INVALID', {
        source: this.#options.config.id,
        topic: topic.slice(0, 128),
      });
      return;
    }
    this.#messages.out();
    this.#lastSeenAt = this.#options.clock.now();
    if (event.kind === 'uplink') await this.#onUplink(event);
    if (event.kind === 'downlink') this.#onDownlink(event);
    if (event.kind === 'join') this.#note('join', event.devEui, 'joined');
    await this.#handOver();
  }

  /** Without its acknowledgement the broker sends the message again, but only in the next connection. */
  #giveBack(): void {
    this.#client.stream.destroy();
  }

  /** @throws what the sink throws: then the broker sends the message again */
  async #onUplink({ devEui, at, fPort, payload, link }: NetworkEvent & { kind: 'uplink' }): Promise<void> {
    const { config, deviceOf, watermark, sink, clock, diary } = this.#options;
    this.#frames.in();
    const device = deviceOf(devEui);
    if (!device) {
      this.#frames.drop('LORAWAN_DEVICE_UNKNOWN');
      diary.write({
        at: clock.now(),
        kind: 'refused',
        code: 'LORAWAN_DEVICE_UNKNOWN',
        text: `${config.id}: ${devEui}`,
      });
      return;
    }
    const key = `lorawan/${config.id}/${devEui}`;
    if (at <= Math.max(this.#last.get(key) ?? 0, watermark(key) ?? 0)) {
      this.#frames.drop('LORAWAN_DUPLICATE');
      return;
    }
    this.#held += 1;
    try {
      await sink({
        protocol: 'lorawan',
        device,
        receivedAt: clock.now(),
        fPort,
        payload,
        link,
        mark: { key, value: at },
      });
      this.#last.set(key, at);
      this.#frames.out();
      this.#options.onHeard(device, clock.now(), link);
      this.#note('up', devEui, () => [`uplink ${link.fCnt}`, ...describeLink(link, fPort, payload.length)].join(', '));
    } catch (error) {
      this.#frames.drop('LORAWAN_NOT_STORED');
      throw error;
    } finally {
      this.#held -= 1;
    }
  }

  /** Hands over what waits and can be addressed. The server then queues it for the device. */
  async #handOver(): Promise<void> {
    if (!this.#client.connected) return;
    for (const open of [...this.#open.values()]) {
      const { order, devEui, conduct, phase } = open;
      const message = this.#dialect.downlink(devEui, order.id, order.payload);
      if (phase !== 'waiting' || !message || order.expiresAt <= this.#options.clock.now()) continue;
      open.phase = 'beginning';
      if (!(await conduct.begin())) {
        this.#end(open, 'COMMAND_EXPIRED');
        conduct.report({ state: 'expired' });
        continue;
      }
      open.phase = 'handedOver';
      this.#client.publish(message.topic, JSON.stringify(message.json), { qos: 1 });
    }
  }

  #onDownlink({ id, outcome, detail }: NetworkEvent & { kind: 'downlink' }): void {
    const open = this.#open.get(id);
    if (!open) return;
    const { order, conduct } = open;
    const isConfirmed = order.payload.confirmed === true;
    if (outcome === 'transmitted' && !open.reportedSent) {
      open.reportedSent = true;
      this.#note('down', open.devEui, 'transmitted');
      conduct.report({ state: 'sent' });
    }
    if (outcome === 'acknowledged' || (outcome === 'transmitted' && !isConfirmed)) {
      this.#end(open);
      conduct.report({ state: 'confirmed', ...(isConfirmed && { result: { acknowledged: true } }) });
    } else if (outcome === 'notAcknowledged' || outcome === 'failed') {
      const code = outcome === 'failed' ? 'LORAWAN_TX_REFUSED' : 'LORAWAN_NOT_ACKNOWLEDGED';
      this.#end(open, code);
      conduct.report({ state: 'failed', code, message: detail ?? this.#options.config.id });
    }
  }

  /** What the server took cannot be taken back: at its end nobody knows whether it went out. */
  #sweep(): void {
    const now = this.#options.clock.now();
    for (const open of [...this.#open.values()]) {
      if (open.order.expiresAt > now || open.phase === 'beginning') continue;
      if (open.phase === 'waiting') {
        this.#end(open, 'COMMAND_EXPIRED');
        open.conduct.report({ state: 'expired' });
      } else {
        const code = open.reportedSent ? 'LORAWAN_NOT_ACKNOWLEDGED' : 'LORAWAN_TX_UNANSWERED';
        this.#end(open, code);
        open.conduct.report({ state: 'failed', code, message: this.#options.config.id });
      }
    }
  }

  #note(kind: 'join' | 'up' | 'down', devEui: string, text: string | (() => string)): void {
    const { clock, config, deviceOf, diary } = this.#options;
    const words = typeof text === 'string' ? `${config.id}: ${text}` : () => `${config.id}: ${text()}`;
    diary.write({ at: clock.now(), kind, device: deviceOf(devEui)?.id ?? devEui, text: words });
  }

  #end(open: OpenOrder, dropped?: string): void {
    this.#open.delete(open.order.id);
    if (dropped === undefined) this.#orders.out();
    else this.#orders.drop(dropped);
  }
}

function parseJson(payload: Buffer | string): unknown {
  const json = parseForeignJson(payload, EVENT);
  return json.ok ? json.value : undefined;
}
