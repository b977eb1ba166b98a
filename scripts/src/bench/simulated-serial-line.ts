import type { LineEvents, OpenLine } from '../../../agent/src/modbus/line.ts';

/** V1.02 section 2.5.1.1: quiet time before a frame, and its least at high speeds. */
const SILENCE_CHARACTERS = 3.5;
const SILENCE_MIN_MS = 1.75;
const SPIN_BELOW_MS = 1.5;

export interface SerialTiming {
  characterMs: number;
  silenceMs: number;
}

export function serialTiming(baudRate: number): SerialTiming {
  const characterMs = (11 / baudRate) * 1_000;
  return { characterMs, silenceMs: Math.max(SILENCE_MIN_MS, SILENCE_CHARACTERS * characterMs) };
}

/** What the line itself needs for a read of so many registers: request, silence, answer, silence. */
export function theoreticalMs({ characterMs, silenceMs }: SerialTiming, registers: number): number {
  return (8 + 5 + registers * 2) * characterMs + 2 * silenceMs;
}

/**
 * Slaves on a line that carries bytes as slowly as a real one: an answer arrives when the request, the least silence and
 * the answer itself would have passed. Units in `dead` keep silent. Every register holds its address.
 */
export function simulatedLine(
  timing: SerialTiming,
  dead: ReadonlySet<number>,
  answered: (unit: number) => void,
): OpenLine {
  return (events) => {
    const write = (bytes: Uint8Array): void => answer(Buffer.from(bytes), timing, dead, events, answered);
    return Promise.resolve({ write, close: () => Promise.resolve() });
  };
}

function answer(
  request: Buffer,
  timing: SerialTiming,
  dead: ReadonlySet<number>,
  events: LineEvents,
  answered: (unit: number) => void,
): void {
  const unit = request[0] ?? 0;
  if (dead.has(unit)) return;
  const reply = replyTo(request);
  const dueAt = performance.now() + (request.length + reply.length) * timing.characterMs + timing.silenceMs;
  at(dueAt, () => {
    answered(unit);
    events.data(reply);
  });
}

function replyTo(request: Buffer): Buffer {
  if (request[1] === 0x08) return request;
  const [address, count] = [request.readUInt16BE(2), request.readUInt16BE(4)];
  const body = Buffer.alloc(3 + count * 2);
  body[0] = request[0] ?? 0;
  body[1] = request[1] ?? 0;
  body[2] = count * 2;
  for (let index = 0; index < count; index += 1) body.writeUInt16BE((address + index) & 0xffff, 3 + index * 2);
  let crc = 0xffff;
  for (const byte of body) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return Buffer.concat([body, Buffer.of(crc & 0xff, crc >> 8)]);
}

/** Timers know milliseconds only, a line at 115,200 baud has eleven characters in one. */
function at(dueAt: number, act: () => void): void {
  const leftMs = dueAt - performance.now();
  if (leftMs <= 0) act();
  else if (leftMs > SPIN_BELOW_MS) setTimeout(() => at(dueAt, act), leftMs - SPIN_BELOW_MS);
  else setImmediate(() => at(dueAt, act));
}
