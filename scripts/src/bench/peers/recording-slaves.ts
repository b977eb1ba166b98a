import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Faults } from '../../simulate/modbus/faults.ts';
import { ModbusTcpServer } from '../../simulate/modbus/tcp-server.ts';
import { LOAD } from './load.ts';

/** What the slaves answered: the numbers of the polls of each, and registers in all. */
export interface SlavesLog {
  answered: number[][];
  registers: number;
}

type Order = 'log' | 'silence';
type Report = { ports: number[] } | SlavesLog;

const READ_HOLDING_REGISTERS = 3;
const ILLEGAL_FUNCTION = 1;

/** The slaves, in a process of their own. Each numbers its polls in register 0; a poll is answered when its answer left. */
export class RecordingSlaves {
  readonly #child: ChildProcess;
  readonly ports: readonly number[];

  private constructor(child: ChildProcess, ports: readonly number[]) {
    this.#child = child;
    this.ports = ports;
  }

  static async start(): Promise<RecordingSlaves> {
    const child = fork(import.meta.filename);
    const [{ ports }] = (await once(child, 'message')) as [{ ports: number[] }];
    return new RecordingSlaves(child, ports);
  }

  log(): Promise<SlavesLog> {
    return this.#ask('log');
  }

  /** From now on nothing is answered any more; the last log. */
  silence(): Promise<SlavesLog> {
    return this.#ask('silence');
  }

  stop(): void {
    this.#child.disconnect();
  }

  async #ask(order: Order): Promise<SlavesLog> {
    this.#child.send(order);
    const [log] = (await once(this.#child, 'message')) as [SlavesLog];
    return log;
  }
}

class Slave {
  readonly #silent: () => boolean;
  readonly answered: number[] = [];
  registers = 0;
  /** The number of the poll that an answer belongs to, if it holds register 0. */
  readonly #numbers = new WeakMap<Buffer, number>();
  #polls = 0;

  constructor(silent: () => boolean) {
    this.#silent = silent;
  }

  listen(): Promise<number> {
    const server = new ModbusTcpServer(
      (_unit, request) => (this.#silent() ? undefined : { pdu: this.#answer(request), readings: [] }),
      (_unit, { pdu }) => this.#left(pdu),
      new Faults(Math.random, 0),
    );
    return server.listen(0, '127.0.0.1');
  }

  /** Register n of poll p holds p + n, so that all change with each poll. */
  #answer(request: Buffer): Buffer {
    if (request[0] !== READ_HOLDING_REGISTERS) return Buffer.of((request[0] ?? 0) | 0x80, ILLEGAL_FUNCTION);
    const [first, count] = [request.readUInt16BE(1), request.readUInt16BE(3)];
    const pdu = Buffer.alloc(2 + count * 2);
    if (first === 0) this.#numbers.set(pdu, ++this.#polls & 0xffff);
    pdu[0] = READ_HOLDING_REGISTERS;
    pdu[1] = count * 2;
    for (let index = 0; index < count; index += 1)
      pdu.writeUInt16BE((this.#polls + first + index) & 0xffff, 2 + index * 2);
    return pdu;
  }

  #left(pdu: Buffer): void {
    if (pdu[0] !== READ_HOLDING_REGISTERS) return;
    this.registers += (pdu[1] ?? 0) / 2;
    const number = this.#numbers.get(pdu);
    if (number !== undefined) this.answered.push(number);
  }
}

async function serve(): Promise<void> {
  let silent = false;
  const slaves = Array.from({ length: LOAD.slaves }, () => new Slave(() => silent));
  process.on('message', (order: Order) => {
    silent ||= order === 'silence';
    const answered = slaves.map((slave) => slave.answered);
    const registers = slaves.reduce((sum, slave) => sum + slave.registers, 0);
    process.send?.({ answered, registers } satisfies Report);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ ports: await Promise.all(slaves.map((slave) => slave.listen())) } satisfies Report);
}

if (import.meta.main) await serve();
