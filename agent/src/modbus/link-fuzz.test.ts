import type { RegisterTable } from '@vigie/decoders';
import { describe, expect, it } from 'vitest';
import { rtuFrame } from '../../test/modbus-slave.ts';
import { AsciiFraming, encodeAscii } from './ascii-framing.ts';
import type { LineEvents, OpenLine } from './line.ts';
import { Link } from './link.ts';
import { RtuFraming } from './rtu-framing.ts';
import { TcpFraming } from './tcp-framing.ts';

/** A million for the record, fewer for every run. */
const REPLIES = Number(process.env.VIGIE_FUZZ_REPLIES ?? 20_000);
const SEED = Number(process.env.VIGIE_FUZZ_SEED ?? 20_261_121);
const LINKS = 200;
const TIMEOUT_MS = 12;
const LATEST_MS = 3 * TIMEOUT_MS;
const TABLES: readonly RegisterTable[] = ['holdingRegister', 'inputRegister'];

type Random = () => number;

interface Mode {
  serial: boolean;
  ascii: boolean;
  /** The adapter gives back what is sent. */
  echo: boolean;
}

function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0) / 0x1_0000_0000;
  };
}

/** A register's value tells which request it answers: unit, table, address and the request's number on the line. */
function registerValue(unit: number, functionCode: number, address: number, request: number): number {
  let mixed = Math.imul(unit + 1, 0x9e3779b1) ^ Math.imul(functionCode, 0x85ebca6b);
  mixed ^= Math.imul(address + 1, 0xc2b2ae35) ^ Math.imul(request + 1, 0x27d4eb2f);
  mixed ^= mixed >>> 15;
  return (Math.imul(mixed, 0x2c1b3c6d) >>> 8) & 0xffff;
}

/** A slave (or many) that answers every request in order, mostly wrong: late, damaged, for others, in pieces. */
class FuzzedLine {
  requests = 0;
  replies = 0;
  readonly #random: Random;
  readonly #serial: boolean;
  readonly #ascii: boolean;
  readonly #echo: boolean;
  #events: LineEvents | undefined;
  #freeAt = 0;
  readonly #queue: { dueAt: number; send: () => void }[] = [];

  constructor(random: Random, { serial, ascii, echo }: Mode) {
    this.#random = random;
    this.#serial = serial;
    this.#ascii = ascii;
    this.#echo = echo;
  }

  open: OpenLine = (events) => {
    this.#events = events;
    const close = async (): Promise<void> => {
      if (this.#events === events) this.#events = undefined;
    };
    const write = (bytes: Uint8Array): void => {
      if (this.#echo) events.data(bytes);
      this.#answer(Buffer.from(bytes), events);
    };
    return Promise.resolve({ write, close });
  };

  #answer(frame: Buffer, events: LineEvents): void {
    const request = this.requests;
    this.requests += 1;
    this.replies += 1;
    const content = this.#ascii ? Buffer.from(frame.subarray(1, -2).toString('latin1'), 'hex') : frame;
    const unit = this.#serial ? (content[0] ?? 0) : (content[6] ?? 0);
    const pdu = this.#serial ? content.subarray(1, this.#ascii ? -1 : -2) : content.subarray(7);
    const good = this.#frame(unit, replyTo(unit, pdu, request), frame);
    // A slave has room for few requests: what comes while it is far behind is lost.
    if (this.#serial && this.#freeAt - performance.now() > LATEST_MS) return;
    const draw = this.#random();
    const delayMs = draw < 0.5 ? 0 : this.#random() * LATEST_MS;
    const now = performance.now();
    this.#freeAt = Math.max(this.#freeAt, now + delayMs);
    const parts = this.#fuzz(good, unit, pdu, request, frame);
    const send = (): void => {
      // Answers of slaves that cannot prove themselves are expected within ten time-outs; a busy machine delays timers.
      if (this.#serial && performance.now() - now > 8 * TIMEOUT_MS) return;
      for (const part of parts) if (this.#events === events) events.data(part);
      if (this.#random() < 0.001 && this.#events === events) {
        this.#events = undefined;
        events.lost('fuzzed');
      }
    };
    // On a serial line answers keep the order of the requests; on a network nothing is sure.
    if (!this.#serial) {
      if (delayMs === 0) queueMicrotask(send);
      else setTimeout(send, delayMs);
      return;
    }
    this.#queue.push({ dueAt: this.#freeAt, send });
    if (this.#queue.length === 1) queueMicrotask(() => this.#pump());
  }

  #pump(): void {
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      const waitMs = head.dueAt - performance.now();
      if (waitMs > 0) {
        setTimeout(() => this.#pump(), waitMs);
        return;
      }
      this.#queue.shift();
      head.send();
    }
  }

  #frame(unit: number, pdu: Buffer, request: Buffer): Buffer {
    if (this.#ascii) return Buffer.from(encodeAscii(unit, pdu));
    if (this.#serial) return rtuFrame(unit, pdu);
    const head = Buffer.from(request.subarray(0, 7));
    head.writeUInt16BE(pdu.length + 1, 4);
    head[6] = unit;
    return Buffer.concat([head, pdu]);
  }

  #fuzz(good: Buffer, unit: number, pdu: Buffer, request: number, frame: Buffer): Buffer[] {
    const random = this.#random;
    const noise = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 40) }, () => Math.floor(random() * 256)));
    const cut = 1 + Math.floor(random() * (good.length - 1));
    switch (Math.floor(random() * 14)) {
      case 0:
        return [];
      case 1:
        return [this.#flip(good)];
      case 2:
        return [good.subarray(0, cut)];
      case 3:
        return [good.subarray(0, cut), good.subarray(cut)];
      case 4:
        return this.#serial ? [noise, good] : [good, noise];
      case 5:
        return [noise];
      case 6:
        return [good, good];
      case 7:
        // A serial slave that answers late under the address of another one that is there is beyond any check.
        return [this.#frame(unit ^ 8, replyTo(unit ^ 8, pdu, request), frame)];
      case 8:
        return [this.#frame(unit, replyTo(unit, Buffer.from([(pdu[0] ?? 0) ^ 7, ...pdu.subarray(1)]), request), frame)];
      case 9:
        return [this.#frame(unit ^ 16, replyTo(unit ^ 16, pdu, request), frame), good];
      case 10:
        return [this.#frame(unit, Buffer.of((pdu[0] ?? 0) | 0x80, 1 + Math.floor(random() * 11)), frame)];
      case 11:
        return [this.#frame(unit, replyTo(unit, longer(pdu), request), frame)];
      default:
        return [good];
    }
  }

  /** Damage that the line's check must find: up to three bits by CRC-16; on a network the header, TCP guards the rest. */
  #flip(good: Buffer): Buffer {
    const damaged = Buffer.from(good);
    const span = this.#serial ? damaged.length : 9;
    // The sum of an ASCII frame finds one damaged bit; two may cancel each other out.
    const bits = this.#ascii ? 1 : 1 + Math.floor(this.#random() * 3);
    for (let count = 0; count < bits; count += 1) {
      const bit = Math.floor(this.#random() * Math.min(span, damaged.length) * 8);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    }
    return damaged;
  }
}

function longer(pdu: Buffer): Buffer {
  const copy = Buffer.from(pdu);
  if (copy.length >= 5) copy.writeUInt16BE((copy.readUInt16BE(3) + 1) & 0xffff, 3);
  return copy;
}

function replyTo(unit: number, pdu: Buffer, request: number): Buffer {
  const functionCode = pdu[0] ?? 0;
  if (functionCode > 4) return pdu;
  const count = Math.min(125, pdu.readUInt16BE(3));
  const reply = Buffer.alloc(2 + count * 2);
  reply[0] = functionCode;
  reply[1] = count * 2;
  for (let index = 0; index < count; index += 1) {
    reply.writeUInt16BE(registerValue(unit, functionCode, pdu.readUInt16BE(1) + index, request), 2 + index * 2);
  }
  return reply;
}

/** Reads through one link until it has seen its share of replies; gives how many values came and how many were wrong. */
async function readThrough(
  mode: Mode,
  seed: number,
  share: number,
): Promise<{ right: number; wrong: number; replies: number }> {
  const { serial, ascii } = mode;
  const random = seeded(seed);
  const line = new FuzzedLine(seeded(seed ^ 0x55555555), mode);
  const link = new Link({
    open: line.open,
    framing: (draw) => {
      if (ascii) return new AsciiFraming();
      return serial ? new RtuFraming() : new TcpFraming(Math.floor(draw() * 0x1_0000));
    },
    timeoutMs: TIMEOUT_MS,
    characterMs: serial ? 0.000_1 : 0,
    anonymous: serial,
    monotonicMs: () => performance.now(),
    random,
  });
  let right = 0;
  let wrong = 0;
  while (line.replies < share) {
    const unit = 1 + Math.floor(random() * 4);
    const address = Math.floor(random() * 200);
    const table = TABLES[Math.floor(random() * 2)] ?? 'holdingRegister';
    const count = 1 + Math.floor(random() * 6);
    await link.open();
    const exchange = await link.exchange(unit, { kind: 'read', table, address, count });
    if (!exchange.ok) {
      // A unit that must keep quiet for a while costs no reply and would spin.
      if (exchange.unasked) await new Promise((resolve) => setTimeout(resolve, 1));
      continue;
    }
    if (exchange.reply.kind !== 'values') continue;
    const functionCode = table === 'holdingRegister' ? 3 : 4;
    const expected = Array.from({ length: count }, (_, index) =>
      registerValue(unit, functionCode, address + index, line.requests - 1),
    );
    const same = expected.every(
      (value, index) => exchange.reply.kind === 'values' && exchange.reply.values[index] === value,
    );
    if (same) right += 1;
    else {
      wrong += 1;
    }
  }
  await link.close();
  return { right, wrong, replies: line.replies };
}

const MODES: readonly [string, Mode][] = [
  ['TCP', { serial: false, ascii: false, echo: false }],
  ['RTU', { serial: true, ascii: false, echo: false }],
  ['RTU with an echo', { serial: true, ascii: false, echo: true }],
  ['ASCII', { serial: true, ascii: true, echo: false }],
  ['ASCII with an echo', { serial: true, ascii: true, echo: true }],
];

describe.each(MODES)('fuzzed replies by %s', (_, mode) => {
  it(`lead to no value of another slave, register or request (seed ${SEED})`, async () => {
    const share = Math.ceil(REPLIES / MODES.length / LINKS);
    const results = await Promise.all(
      Array.from({ length: LINKS }, (_, index) => readThrough(mode, SEED + index * 7_919, share)),
    );
    const sum = (pick: (result: (typeof results)[number]) => number): number =>
      results.reduce((total, result) => total + pick(result), 0);
    expect(sum((result) => result.wrong)).toBe(0);
    expect(sum((result) => result.right)).toBeGreaterThan(REPLIES / MODES.length / 20);
    expect(sum((result) => result.replies)).toBeGreaterThanOrEqual(REPLIES / MODES.length);
  }, 1_200_000);
});
