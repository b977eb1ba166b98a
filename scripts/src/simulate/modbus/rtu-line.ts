import { type ChildProcess, spawn } from 'node:child_process';
import { constants, existsSync, openSync, rmSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import { type Faults, faultyFrame, faultyPdu } from './faults.ts';
import type { Sent, Serve } from './tcp-server.ts';

const START_LIMIT_MS = 5_000;
const MAX_PENDING_BYTES = 512;
/** A slave takes silence for the end of a frame, be it one it understands or not. */
const SILENCE_MS = 20;
/** A slave's own reaction, Modbus over Serial Line V1.02 leaves it to the vendor. */
const RESPONSE_DELAY_MS = 5;

/** Modbus RTU slaves on one line: the far end of a pseudo-terminal pair that `socat` makes. */
export class RtuLine {
  readonly #serve: Serve;
  readonly #sent: Sent;
  readonly #faults: Faults;
  #socat: ChildProcess | undefined;
  readonly #endLine = () => void this.#socat?.kill();
  #input: ReadStream | undefined;
  #output: WriteStream | undefined;
  /** By unit, when its last answer leaves. */
  readonly #busyUntil = new Map<number, number>();
  #pending: Buffer = Buffer.alloc(0);
  #lastByteAt = 0;

  constructor(serve: Serve, sent: Sent, faults: Faults) {
    this.#faults = faults;
    this.#serve = serve;
    this.#sent = sent;
  }

  /** `path` becomes the gateway's end of the line. */
  async start(path: string): Promise<void> {
    const far = `${path}.slaves`;
    for (const end of [path, far]) rmSync(end, { force: true });
    const ends = [path, far].map((end) => `pty,raw,echo=0,link=${end}`);
    // In a group of its own: whoever ends the city in order ends the line after what was answered has arrived.
    const socat = spawn('socat', ends, { stdio: 'ignore', detached: true });
    this.#socat = socat;
    // However the city ends, the line does not stay behind.
    process.once('exit', this.#endLine);
    let failure: string | undefined;
    let cause: Error | undefined;
    socat.once('error', (error) => {
      cause = error;
      failure = error.message;
    });
    socat.once('exit', (code) => {
      failure ??= `socat ended with ${code}`;
    });
    const end = Date.now() + START_LIMIT_MS;
    while (!existsSync(path) || !existsSync(far)) {
      if (failure !== undefined || Date.now() > end) {
        throw new Error(`no serial line: ${failure ?? 'socat is slow'}`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // A session's leader would take it for its terminal, and be hung up with it.
    this.#input = new ReadStream(openSync(far, constants.O_RDONLY | constants.O_NOCTTY));
    this.#output = new WriteStream(openSync(far, constants.O_WRONLY | constants.O_NOCTTY));
    this.#input.on('data', (bytes: Buffer) => this.#receive(bytes));
    // The line hangs up when socat ends.
    this.#input.on('error', () => undefined);
    this.#output.on('error', () => undefined);
  }

  async stop(): Promise<void> {
    this.#input?.destroy();
    this.#output?.destroy();
    process.off('exit', this.#endLine);
    const socat = this.#socat;
    if (socat?.pid !== undefined && socat.exitCode === null && socat.signalCode === null) {
      await new Promise<void>((resolve) => {
        socat.once('exit', () => resolve());
        socat.kill();
      });
    }
  }

  #receive(bytes: Buffer): void {
    const now = performance.now();
    const before = now - this.#lastByteAt > SILENCE_MS ? Buffer.alloc(0) : this.#pending;
    this.#lastByteAt = now;
    this.#pending = Buffer.concat([before, bytes]).subarray(-MAX_PENDING_BYTES);
    for (let frame = frameAt(this.#pending); frame; frame = frameAt(this.#pending)) {
      this.#reply(frame);
      this.#pending = this.#pending.subarray(frame.length);
    }
  }

  #reply(frame: Buffer): void {
    const unit = frame[0] ?? 0;
    const answer = this.#serve(unit, frame.subarray(1, -2));
    const fault = this.#faults.next();
    const pdu = answer && faultyPdu(answer.pdu, fault);
    if (!answer || !pdu) return;
    const body = Buffer.concat([Buffer.of(fault.kind === 'wrongUnit' ? unit ^ 0x10 : unit), pdu]);
    const check = crc(body);
    if (fault.kind === 'wrongCrc') check[0] = (check[0] ?? 0) ^ 1;
    // A slave does one thing after the other: what it was asked later it answers later.
    const now = performance.now();
    const answersAt = Math.max(now + RESPONSE_DELAY_MS + fault.delayMs, this.#busyUntil.get(unit) ?? 0);
    this.#busyUntil.set(unit, answersAt);
    setTimeout(() => {
      this.#output?.write(faultyFrame(Buffer.concat([body, check]), fault), (error) => {
        // No transaction is to be wrong here, so that the answer is right.
        if (!error && (fault.kind === 'none' || fault.kind === 'wrongTransaction')) this.#sent(unit, answer);
      });
    }, answersAt - now);
  }
}

/** The request at the head of the bytes, when it is whole and its checksum is right. */
function frameAt(bytes: Buffer): Buffer | undefined {
  const functionCode = bytes[1];
  if (functionCode === undefined) return undefined;
  const length = requestLength(functionCode, bytes[6]);
  if (length > bytes.length) return undefined;
  const frame = bytes.subarray(0, length);
  return crc(frame.subarray(0, -2)).equals(frame.subarray(-2)) ? frame : undefined;
}

function requestLength(functionCode: number, byteCount = 255): number {
  switch (functionCode) {
    case 0x0f:
    case 0x10:
      return 9 + byteCount;
    case 0x2b:
      return 7;
    default:
      return 8;
  }
}

/** Modbus over Serial Line V1.02 section 6.2.2, bit by bit. */
function crc(bytes: Buffer): Buffer {
  let value = 0xffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >> 1) ^ 0xa001 : value >> 1;
  }
  return Buffer.of(value & 0xff, value >> 8);
}
