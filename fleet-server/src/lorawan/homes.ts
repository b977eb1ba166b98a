import {
  describeViolations,
  type FrameRecord,
  type HomeOrder,
  HomeReport,
  PROTOCOL_VERSION,
  parseForeignJson,
  type ReadingsRecord,
  type StageLedger,
  VigieError,
  validate,
} from '@vigie/contract';
import type { GatewayEntry } from '../registry/gateway-directory.ts';
import type { FrameQueue } from './frame-queue.ts';
import type { HomeMover } from './home-mover.ts';
import { frameMark, type LinkStatistics, marginOf } from './link-statistics.ts';
import type { SessionVault } from './session-vault.ts';

export interface HomesParts {
  queue: FrameQueue;
  vault: SessionVault;
  mover: HomeMover;
  links: LinkStatistics;
  tell(gateway: string, order: HomeOrder): void;
  roundMs: number;
  onError(error: unknown): void;
}

const TRIM_EVERY_MS = 60_000;
/** The broker takes no longer packet of a gateway; a backup of sessions nests seven deep. */
const REPORT = { maxBytes: 1_114_112, maxDepth: 16 };
const NOT_READ = { tooLong: 'Longer than allowed', tooDeep: 'Nested deeper than allowed', malformed: 'Not JSON' };

/** Which gateway answers which radio device: what gateways say of it, and what becomes of that. */
export class Homes {
  readonly #parts: HomesParts;
  readonly #timers: NodeJS.Timeout[];
  #round: Promise<void> = Promise.resolve();

  constructor(parts: HomesParts) {
    this.#parts = parts;
    this.#timers = [
      setInterval(() => {
        this.round().catch(parts.onError);
      }, parts.roundMs).unref(),
      setInterval(() => {
        parts.queue.trim().catch(parts.onError);
      }, TRIM_EVERY_MS).unref(),
    ];
  }

  get passedFrames(): StageLedger {
    return this.#parts.queue.ledger.snapshot();
  }

  /** Throws MESSAGE_INVALID for what is not of the protocol. */
  async receive(gateway: GatewayEntry, payload: Buffer): Promise<void> {
    const report = read(payload);
    const { queue, vault, mover, tell } = this.#parts;
    if (report.kind === 'frames') return queue.done(gateway, report.done);
    const { stale, released, strays } = await vault.keep(gateway, report.devices);
    tell(gateway.id, { v: PROTOCOL_VERSION, kind: 'kept', number: report.number, stale });
    for (const devEui of released) await mover.released(gateway.tenant, devEui);
    for (const devEui of strays) await mover.push(gateway.tenant, devEui);
    // A device that joined has an address that frames may be waiting for.
    queue.deliver(gateway.id);
  }

  /** The gateway is there, and does not know its document yet. */
  prepare(gateway: string): Promise<void> {
    return this.#parts.mover.prepare(gateway);
  }

  /** The gateway is there, and knows its document. */
  async greet(gateway: string): Promise<void> {
    await this.#parts.mover.greet(gateway);
    this.#parts.queue.deliver(gateway, { again: true });
  }

  /** Frames that a gateway heard and does not answer; durable when it resolves. */
  passOn(gateway: GatewayEntry, frames: readonly FrameRecord[]): Promise<void> {
    return this.#parts.queue.take(gateway, frames);
  }

  /** A home heard its device by itself. */
  heard({ id, tenant, devices, overlaps }: GatewayEntry, { device, link, times }: ReadingsRecord): void {
    if (!overlaps) return;
    const devEui = devices.get(device)?.devEui;
    if (!link || link.session === undefined || link.passedBy !== undefined || devEui === undefined) return;
    const frame = frameMark(`${link.session}/${link.fCnt}`);
    this.#parts.links.note(tenant, devEui, id, { at: times.receivedAt, marginDb: marginOf(link), frame });
  }

  /** Looks for homes to move, one round at a time. */
  round(): Promise<void> {
    this.#parts.queue.resend();
    this.#round = this.#round.catch(() => undefined).then(() => this.#parts.mover.round());
    return this.#round;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#round.catch(() => undefined);
    await this.#parts.links.stop();
  }
}

function read(payload: Buffer): HomeReport {
  const json = parseForeignJson(payload, REPORT);
  if (!json.ok) throw new VigieError('MESSAGE_INVALID', NOT_READ[json.reason]);
  const checked = validate(HomeReport, json.value);
  if (!checked.ok) throw new VigieError('MESSAGE_INVALID', describeViolations(checked.violations));
  return checked.value;
}
