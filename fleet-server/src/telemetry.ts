import {
  type Acknowledgement,
  type ErrorCode,
  type FrameRecord,
  type Lane,
  Stage,
  type UplinkEnvelope,
} from '@vigie/contract';
import type { Clock } from './clock.ts';
import { acknowledgementOf, type LaneProgress } from './ingest/acknowledge.ts';
import { type Cover, coversOf } from './ingest/coverage.ts';
import { type ExaminedBatch, type ExaminedRecord, examineRecords } from './ingest/examine-records.ts';
import type { GroupCommit } from './ingest/group-commit.ts';
import type { IngestGate, Sender } from './ingest/ingest-gate.ts';
import { readBatch } from './ingest/read-batch.ts';
import type { Streams } from './ingest/streams.ts';
import type { Turns } from './ingest/turns.ts';
import type { Homes } from './lorawan/homes.ts';
import type { Catalogue } from './registry/catalogue.ts';
import type { GatewayEntry } from './registry/gateway-directory.ts';
import type { LogEntry } from './subscriptions/city-message.ts';
import type { LogTail } from './subscriptions/log-tail.ts';

/** What a gateway sent on one of its lanes. */
export interface Uplink {
  gateway: GatewayEntry;
  lane: Lane;
  progress: LaneProgress;
  payload: Uint8Array;
  acknowledge: (acknowledgement: Acknowledgement) => void;
}

export type UplinkOutcome = { ok: true } | { ok: false; code: ErrorCode; message: string };

export interface TelemetryParts {
  clock: Clock;
  catalogue: Catalogue;
  streams: Streams;
  gate: IngestGate;
  turns: Turns;
  commits: GroupCommit;
  tail: LogTail;
  /** Where what overlapping gateways hear goes. */
  homes: Pick<Homes, 'passOn' | 'heard'>;
}

/** The path of every uplink: wait for its turn → read → examine → deduplicate, store and commit → acknowledge → publish. */
export class Telemetry {
  readonly ledger = new Stage('telemetry', () => this.#inFlight);
  readonly #parts: TelemetryParts;
  #inFlight = 0;

  constructor(parts: TelemetryParts) {
    this.#parts = parts;
  }

  async receive(uplink: Uplink): Promise<UplinkOutcome> {
    const { gate } = this.#parts;
    const sender = senderOf(uplink.gateway);
    const entered = await gate.enter(sender, uplink.lane, uplink.payload.length);
    if (!entered) return this.#refuse(uplink, 'SERVER_BUSY', 'too many batches wait');
    try {
      return await this.#take(uplink);
    } finally {
      gate.leave(sender);
    }
  }

  async #take(uplink: Uplink): Promise<UplinkOutcome> {
    const { turns } = this.#parts;
    const read = await turns.run(senderOf(uplink.gateway), () => readBatch(uplink.payload));
    if (!read.ok) return this.#refuse(uplink, read.code, read.message);
    const inTurn = uplink.progress.takes(read.batch);
    const examined = await this.#examine(read.batch, uplink.gateway);
    await this.#passOn(examined.frames, uplink.gateway);
    const covers = await this.#covers(read.batch, examined, uplink.gateway);
    const ids = await this.#commit(examined, covers);
    // At once: publications come in the order of their commits.
    const published = turns.inOrder(() => this.#publish(read.batch, examined.records, ids, uplink.gateway));
    if (inTurn && !uplink.progress.broken) uplink.acknowledge(acknowledgementOf(read.batch, examined.poison));
    await published;
    return { ok: true };
  }

  #refuse(uplink: Uplink, code: ErrorCode, message: string): UplinkOutcome {
    uplink.progress.break();
    this.ledger.in();
    this.ledger.drop(code);
    return { ok: false, code, message };
  }

  async #examine(batch: UplinkEnvelope, gateway: GatewayEntry): Promise<ExaminedBatch> {
    const { streams, catalogue, clock, turns } = this.#parts;
    const stream = await streams.idOf(gateway.id, batch.epoch);
    const domainOf = (model: string) => catalogue.find(model)?.domain;
    return turns.run(senderOf(gateway), () => examineRecords(batch, gateway, { stream, domainOf, now: clock.now() }));
  }

  async #covers(batch: UplinkEnvelope, { records }: ExaminedBatch, gateway: GatewayEntry): Promise<Cover[]> {
    const gaps = records.flatMap(({ record }) => (record.kind === 'gap' ? [record] : []));
    const covers: Cover[] = [];
    for (const [epoch, ranges] of coversOf(batch, gaps)) {
      covers.push({ stream: await this.#parts.streams.idOf(gateway.id, epoch), ranges });
    }
    return covers;
  }

  async #commit({ records, poison }: ExaminedBatch, covers: Cover[]): Promise<number[]> {
    const count = records.length + poison.length;
    this.ledger.in(count);
    this.#inFlight += count;
    try {
      const ids = await this.#parts.commits.commit(
        records.map(({ row }) => row),
        poison,
        covers,
      );
      const fresh = ids.filter((id) => id > 0).length;
      this.ledger.out(fresh);
      if (ids.length > fresh) this.ledger.drop('DUPLICATE', ids.length - fresh);
      if (poison.length > 0) this.ledger.drop('RECORD_INVALID', poison.length);
      return ids;
    } catch (error) {
      this.ledger.drop('STORE_FAILED', count);
      this.#parts.tail.doubt();
      throw error;
    } finally {
      this.#inFlight -= count;
    }
  }

  async #passOn(frames: FrameRecord[], gateway: GatewayEntry): Promise<void> {
    if (frames.length === 0) return;
    this.ledger.in(frames.length);
    this.#inFlight += frames.length;
    try {
      await this.#parts.homes.passOn(gateway, frames);
      this.ledger.out(frames.length);
    } catch (error) {
      this.ledger.drop('STORE_FAILED', frames.length);
      throw error;
    } finally {
      this.#inFlight -= frames.length;
    }
  }

  #publish(batch: UplinkEnvelope, records: ExaminedRecord[], ids: number[], gateway: GatewayEntry): void {
    const entries: LogEntry[] = [];
    let through = 0;
    for (const [index, { row, record }] of records.entries()) {
      const id = ids[index] ?? 0;
      if (id === 0) continue;
      through = id;
      if (record.kind !== 'readings') continue;
      this.#parts.homes.heard(gateway, record);
      const { tenant, seq, asset, domain, at, historical } = row;
      entries.push({
        ...{ id, tenant, gateway: gateway.id, epoch: batch.epoch, seq, at, record },
        ...{ asset: asset ?? record.device, domain: domain ?? 'generic', historical: historical === 1 },
      });
    }
    this.#parts.tail.append(entries, through);
  }
}

function senderOf({ id, tenant }: GatewayEntry): Sender {
  return { tenant, gateway: id };
}
