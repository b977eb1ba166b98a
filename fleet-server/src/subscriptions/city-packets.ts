import { cityTopic } from '@vigie/contract';
import type { LogEntry, UnitOf } from './city-message.ts';

/** A PUBLISH packet at QoS 1 in the bytes of its record; its packet identifier stands right before the payload. */
export interface CityPacket {
  /** What a filter can still choose by: domain, asset, quantity. */
  levels: readonly [string, string, string];
  start: number;
  /** Where the topic begins and where the packet identifier stands. */
  topicAt: number;
  idAt: number;
  end: number;
}

/** All readings of a record as packets, made once for all subscribers; `bytes` are never changed after that. */
export interface CityPackets {
  bytes: Buffer;
  packets: readonly CityPacket[];
}

const PUBLISH_QOS_0 = 0x30;
const PUBLISH_QOS_1 = 0x32;
const DUP = 0x08;
const ID_BYTES = 2;

/**
 * The packets of a record (MQTT 3.1.1, section 3.3). Their payloads are what `cityMessages` gives as JSON, put together
 * from pieces that the readings of a record share; `late` adds the mark that makes a reading historical.
 */
export function cityPackets(entry: LogEntry, late: boolean, unitOf: UnitOf): CityPackets {
  const known = late ? entry.latePackets : entry.packets;
  if (known) return known;
  const made = encode(entry, late, unitOf);
  if (late) entry.latePackets = made;
  else entry.packets = made;
  return made;
}

function encode(entry: LogEntry, late: boolean, unitOf: UnitOf): CityPackets {
  const { tenant, gateway, asset, domain, record } = entry;
  const idOpens = `{"id":"${gateway}:${entry.epoch}:${entry.seq}:`;
  const common = JSON.stringify({ tenant, gateway, device: record.device, asset, domain });
  const whose = `",${common.slice(1, -1)},"quantity":`;
  const times = { at: new Date(entry.at), receivedAt: new Date(record.times.receivedAt) };
  const when = `,${JSON.stringify({ ...times, ...(late ? { historical: true } : {}) }).slice(1)}`;
  const topicOpens = cityTopic({ tenant, domain, asset, quantity: '' });
  const texts: string[] = [];
  const packets: CityPacket[] = [];
  let at = 0;
  for (const [index, { quantity, channel, value, quality, reasons }] of record.readings.entries()) {
    const unit = unitOf(quantity);
    const what = `"${quantity}"${channel === undefined ? '' : `,"channel":"${channel}"`},"value":`;
    const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
    const measured = `${what}${text}${unit === undefined ? '' : `,"unit":${JSON.stringify(unit)}`}`;
    const why = reasons === undefined ? '' : `,"reasons":${JSON.stringify(reasons)}`;
    const payload = `${idOpens}${index}${whose}${measured},"quality":"${quality ?? 'good'}"${why}${when}`;
    const topic = topicOpens + quantity;
    texts.push(topic, payload);
    const topicBytes = Buffer.byteLength(topic);
    const length = 2 + topicBytes + ID_BYTES + Buffer.byteLength(payload);
    const topicAt = at + 1 + lengthBytes(length);
    const idAt = topicAt + 2 + topicBytes;
    packets.push({ levels: [domain, asset, quantity], start: at, topicAt, idAt, end: topicAt + length });
    at = topicAt + length;
  }
  return { bytes: write(packets, texts, at), packets };
}

function write(packets: readonly CityPacket[], texts: readonly string[], total: number): Buffer {
  const bytes = Buffer.allocUnsafe(total);
  for (const [index, { start, topicAt, idAt, end }] of packets.entries()) {
    bytes[start] = PUBLISH_QOS_1;
    writeLength(bytes, start + 1, end - topicAt);
    bytes.writeUInt16BE(idAt - topicAt - 2, topicAt);
    bytes.write(texts[2 * index] ?? '', topicAt + 2);
    bytes.write(texts[2 * index + 1] ?? '', idAt + ID_BYTES);
  }
  return bytes;
}

/** Gathers packets of many records for one write: few TLS records, few system calls. */
export class PacketBatch {
  readonly #bytes: Buffer;
  #length = 0;

  /** `bytes` must be enough for the largest packet. */
  constructor(bytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(bytes);
  }

  get length(): number {
    return this.#length;
  }

  fits({ start, end }: CityPacket): boolean {
    return this.#length + end - start <= this.#bytes.length;
  }

  addQos1({ bytes }: CityPackets, { start, idAt, end }: CityPacket, messageId: number, duplicate: boolean): void {
    const into = this.#bytes;
    const at = this.#length;
    bytes.copy(into, at, start, end);
    if (duplicate) into[at] = PUBLISH_QOS_1 | DUP;
    into[at + idAt - start] = messageId >> 8;
    into[at + idAt - start + 1] = messageId & 0xff;
    this.#length = at + end - start;
  }

  addQos0({ bytes }: CityPackets, { topicAt, idAt, end }: CityPacket): void {
    const into = this.#bytes;
    into[this.#length] = PUBLISH_QOS_0;
    let at = writeLength(into, this.#length + 1, end - topicAt - ID_BYTES);
    at += bytes.copy(into, at, topicAt, idAt);
    at += bytes.copy(into, at, idAt + ID_BYTES, end);
    this.#length = at;
  }

  /** A copy of what was gathered: a socket may hold it for long. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }
}

/** Section 2.2.3: seven bits a byte, least significant first. Returns where it ends. */
function writeLength(buffer: Buffer, start: number, length: number): number {
  let at = start;
  let rest = length;
  do {
    const digit = rest & 0x7f;
    rest >>>= 7;
    buffer[at++] = rest > 0 ? digit | 0x80 : digit;
  } while (rest > 0);
  return at;
}

function lengthBytes(length: number): number {
  if (length < 128) return 1;
  if (length < 16_384) return 2;
  return length < 2_097_152 ? 3 : 4;
}
