import type { RawData, WebSocket } from 'ws';
import type { BoundedLog } from '../../bounded-log.ts';
import type { Clock } from '../../clock.ts';
import { guarded } from '../../doors/guarded.ts';
import type { Stage } from '../../ledger.ts';
import type { RegionTable } from '../network-server/regions/region.ts';
import type { GatewayStatusLine, Transmission, TransmitOutcome } from '../radio.ts';
import type { SourcePower } from '../transmit-power.ts';
import { stringifyBigJson } from './big-json.ts';
import { foreignMessage } from './foreign-message.ts';
import { routerConfig } from './router-config.ts';
import { downlinkMessage, timesyncAnswer, wentByAlternative } from './station-downlink.ts';
import {
  parseStationMessage,
  type StationFrame,
  type StationMessage,
  type TransmittedWhere,
} from './station-messages.ts';

export interface StationLinkOptions {
  gatewayEui: string;
  socket: WebSocket;
  /** Of the station, for people. */
  address: string;
  clock: Clock;
  log: BoundedLog;
  messages: Stage;
  frames: Stage;
  region(): RegionTable;
  power: SourcePower;
  onFrame(frame: StationFrame): void;
  /** It speaks the protocol. */
  onReady(): void;
  onClose(): void;
}

/** After the time of a transmission, or of its second chance a second later, a station reports it within this. */
const TRANSMITTED_GRACE_MS = 3_000;
const MAX_PENDING_DOWNLINKS = 256;
/** Stations before 2.0.4 answer no ping; TCP alone tells whether such a one is there. */
const PINGS_TO_LEARN = 3;
/**
 * A station takes the second from this server and its beginning from its own GPS: it wants to see the two agree within
 * the time that the answer took. A slow answer, of the moment half-way, leaves the clocks room to differ by half of it.
 */
const TIMESYNC_TAKES_MS = 400;

interface PendingDownlink {
  transmission: Transmission;
  settle(outcome: TransmitOutcome): void;
}

/** One station that is connected: its messages, the downlinks under way, and whether it is still there. */
export class StationLink {
  readonly #options: StationLinkOptions;
  readonly #pending = new Map<number, PendingDownlink>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #diid = 0;
  #protocolVersion = 0;
  #lastSeenAt: number;
  /** Its radio is set up: frames count and downlinks can go out. */
  #ready = false;
  #hasGpsTime = false;
  /** The antenna that was heard last, for downlinks that answer nothing. */
  #rctx = 0;
  /** Since the last ping something came. */
  #wasHeard = true;
  #answersPings = false;
  #pingsInVain = 0;

  constructor(options: StationLinkOptions) {
    this.#options = options;
    this.#lastSeenAt = options.clock.now();
    const { socket } = options;
    socket.on('error', () => socket.terminate());
    socket.on('pong', () => {
      this.#wasHeard = true;
      this.#answersPings = true;
    });
    socket.on('close', () => this.#closed());
    const onMessage = (data: RawData) => this.#onMessage(data);
    socket.on(
      'message',
      guarded('station', options.log, onMessage, () => socket.terminate()),
    );
  }

  get gatewayEui(): string {
    return this.#options.gatewayEui;
  }

  /** Its address without the port. */
  get host(): string {
    return this.#options.address.replace(/:\d+$/, '');
  }

  status(): GatewayStatusLine {
    return {
      gatewayEui: this.gatewayEui,
      address: this.#options.address,
      protocolVersion: this.#protocolVersion,
      lastSeenAt: this.#lastSeenAt,
      reachable: this.#ready,
      hasGpsTime: this.#hasGpsTime,
    };
  }

  transmit(transmission: Transmission): Promise<TransmitOutcome> {
    const { clock, region, socket } = this.#options;
    if (!this.#ready || this.#pending.size >= MAX_PENDING_DOWNLINKS) {
      return Promise.resolve({ kind: 'refused', reason: 'NO_ROUTE' });
    }
    this.#diid = (this.#diid + 1) % 0x7fff_ffff;
    const diid = this.#diid;
    const message = downlinkMessage(transmission, region(), diid, this.#rctx, clock);
    if (!message) return Promise.resolve({ kind: 'refused', reason: 'OTHER' });
    const waitMs = untilSentMs(transmission, clock) + TRANSMITTED_GRACE_MS;
    return new Promise((resolve) => {
      const settle = (outcome: TransmitOutcome) => {
        clearTimeout(timer);
        this.#pending.delete(diid);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle(this.#silence()), waitMs);
      this.#pending.set(diid, { transmission, settle });
      socket.send(stringifyBigJson(message));
    });
  }

  /** A station reports what it sent and is silent about what it could not: too late, or another frame in the way. */
  #silence(): TransmitOutcome {
    // Or, where it listens first, the channel was never free.
    const reason = this.#options.region().listensBeforeTalk ? 'DUTY_CYCLE' : 'OTHER';
    return { kind: 'refused', reason };
  }

  /** Now and then: a station that used to answer and does so no more is gone. */
  ping(): void {
    const { socket } = this.#options;
    if (this.#answersPings && !this.#wasHeard) {
      socket.terminate();
      return;
    }
    if (!this.#answersPings && this.#pingsInVain >= PINGS_TO_LEARN) return;
    this.#pingsInVain += 1;
    this.#wasHeard = false;
    socket.ping();
  }

  terminate(): void {
    this.#options.socket.terminate();
  }

  #closed(): void {
    this.#ready = false;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const { settle } of [...this.#pending.values()]) settle({ kind: 'unanswered' });
    this.#options.onClose();
  }

  #onMessage(data: RawData): void {
    const { messages, log, clock, region } = this.#options;
    messages.in();
    const outcome = parseStationMessage(foreignMessage(data), region());
    if (!outcome.ok) {
      messages.drop('LORAWAN_MESSAGE_INVALID');
      log.warn('LORAWAN_MESSAGE_INVALID', { gateway: this.gatewayEui, detail: outcome.detail });
      return;
    }
    messages.out();
    this.#wasHeard = true;
    this.#lastSeenAt = clock.now();
    this.#handle(outcome.message);
  }

  #handle(message: StationMessage): void {
    const { clock, region, socket, frames, onFrame } = this.#options;
    switch (message.type) {
      case 'version':
        this.#protocolVersion = message.protocol;
        socket.send(stringifyBigJson(routerConfig(region(), clock.now() / 1_000, this.#options.power)));
        this.#ready = true;
        this.#options.onReady();
        return;
      case 'frame':
        this.#hasGpsTime = message.hasGpsTime;
        if (message.frame.context.kind === 'station') this.#rctx = message.frame.context.rctx;
        onFrame(message.frame);
        return;
      case 'transmitted':
        this.#transmitted(message.diid, message.where);
        return;
      case 'timesync':
        this.#tellTime(message.txtime);
        return;
      case 'other':
        if (message.name === 'propdf') {
          frames.in();
          frames.drop('LORAWAN_FRAME_INVALID');
        }
        return;
    }
  }

  #transmitted(diid: number, where: TransmittedWhere): void {
    const pending = this.#pending.get(diid);
    if (!pending) return;
    const byAlternative = wentByAlternative(pending.transmission, this.#options.region(), where);
    pending.settle({ kind: 'accepted', ...(byAlternative && { byAlternative }) });
  }

  #tellTime(txtime: number | bigint): void {
    this.#later(() => {
      const answer = stringifyBigJson(timesyncAnswer(txtime, this.#options.clock));
      this.#later(() => this.#options.socket.send(answer));
    });
  }

  #later(work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, TIMESYNC_TAKES_MS / 2);
    this.#timers.add(timer);
  }
}

function untilSentMs({ time }: Transmission, clock: Clock): number {
  if (time.kind === 'at') return Math.max(0, time.at - clock.now());
  return time.kind === 'afterReception' ? time.delayMs : 0;
}
