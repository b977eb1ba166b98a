import type { ModbusBus } from '@vigie/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { memory } from '../../test/modbus-misbehaviour.ts';
import { type RunningSlave, type SlaveBehaviour, startRtuOverTcpSlave } from '../../test/modbus-slave.ts';
import { linkOf } from './bus-link.ts';
import type { Exchange, Link } from './link.ts';
import type { ModbusRequest } from './pdu.ts';
import { encodeRtu, RtuFraming } from './rtu-framing.ts';

const TIMEOUT_MS = 200;
const WRITES: ModbusRequest[] = [
  { kind: 'writeRegisters', address: 7, values: [42] },
  { kind: 'writeRegisters', address: 7, values: [1, 2, 3] },
  { kind: 'writeCoils', address: 3, values: [1] },
  { kind: 'writeCoils', address: 3, values: [1, 0, 1] },
  { kind: 'echo', data: 0x1234 },
];

const running: (RunningSlave | Link)[] = [];
afterEach(async () => {
  for (const part of running.splice(0).reverse()) await part.close();
});

async function line(behaviour: SlaveBehaviour, echo: boolean, set?: boolean): Promise<Link> {
  const slave = await startRtuOverTcpSlave(behaviour, { echo });
  const about = { id: 'b', type: 'rtu-over-tcp', host: '127.0.0.1', port: slave.port, timeoutMs: TIMEOUT_MS } as const;
  const bus: ModbusBus = set === undefined ? about : { ...about, echo: set };
  const link = linkOf(bus, { monotonicMs: () => performance.now(), random: () => 0.5 });
  running.push(slave, link);
  return link;
}

const outcomeOf = (exchange: Exchange): string => (exchange.ok ? exchange.reply.kind : exchange.code);
const silent: SlaveBehaviour = () => undefined;

describe.each([
  ['set', true],
  ['found out', undefined],
])('an echo that is %s', (_, set) => {
  it.each(WRITES)('is no answer of a slave that is not there: $kind $values', async (request) => {
    const link = await line(silent, true, set);
    expect(outcomeOf(await link.exchange(1, request))).toBe('MODBUS_TIMEOUT');
  });

  it.each(WRITES)('leaves the answer of a slave that is there: $kind $values', async (request) => {
    const link = await line(memory(), true, set);
    expect(outcomeOf(await link.exchange(1, request))).toBe('done');
  });

  it('is no answer to a read of bits that is as long as its request', async () => {
    const bits: ModbusRequest = { kind: 'read', table: 'coil', address: 0x0305, count: 17 };
    const dead = await line(silent, true, set);
    expect(outcomeOf(await dead.exchange(1, bits))).toBe('MODBUS_TIMEOUT');
    const alive = await line(memory(new Map([[0x0306, 1]])), true, set);
    expect(await alive.exchange(1, bits)).toMatchObject({ reply: { values: [0, 1, ...Array(15).fill(0)] } });
  });

  it('is heard of when the slave falls silent after it was there', async () => {
    let there = true;
    const held = memory();
    const link = await line((request) => there && held(request), true, set);
    const [write = { kind: 'echo', data: 1 }] = WRITES;
    expect(outcomeOf(await link.exchange(1, write))).toBe('done');
    there = false;
    expect(outcomeOf(await link.exchange(1, write))).toBe('MODBUS_TIMEOUT');
  });
});

describe('a line without an echo', () => {
  it.each([undefined, false])('takes the answer that repeats its request (set: %s)', async (set) => {
    const link = await line(memory(), false, set);
    for (const request of WRITES) expect(outcomeOf(await link.exchange(1, request))).toBe('done');
  });

  it('lets a slave be written that answers writes only', async () => {
    const held = memory();
    const link = await line((request) => request.functionCode === 6 && held(request), false);
    const [write = { kind: 'echo', data: 1 }] = WRITES;
    expect(outcomeOf(await link.exchange(1, write))).toBe('done');
  });
});

describe('what is known of an echo', () => {
  const READ = Uint8Array.of(3, 0, 0, 0, 1);
  const ANSWER = Uint8Array.of(3, 2, 0, 42);

  it('is forgotten when the adapter was exchanged for one without', () => {
    const framing = new RtuFraming();
    const frame = framing.request(1, READ);
    expect(framing.receive(Buffer.concat([frame, encodeRtu(1, ANSWER)]))).toMatchObject({ kind: 'reply' });
    expect(framing.knowsEcho).toBe(true);
    for (let round = 0; round < 3; round += 1) {
      framing.request(1, READ);
      expect(framing.receive(encodeRtu(1, ANSWER))).toEqual({ kind: 'nothing' });
      framing.abandon();
    }
    framing.request(1, READ);
    expect(framing.receive(encodeRtu(1, ANSWER))).toEqual({ kind: 'reply', pdu: ANSWER });
  });

  it('is not learned from an answer behind bytes that may have been a damaged echo', () => {
    const framing = new RtuFraming();
    const damaged = Uint8Array.from(framing.request(1, READ));
    damaged[5] = 0xff;
    expect(framing.receive(Buffer.concat([damaged, encodeRtu(1, ANSWER)]))).toMatchObject({ kind: 'reply' });
    expect(framing.knowsEcho).toBe(false);
  });

  it('starts no grace for a damaged answer within the echo', () => {
    const framing = new RtuFraming();
    const frame = framing.request(1, Uint8Array.of(3, 2, 1, 0, 1));
    for (let at = 0; at < frame.length; at += 1) {
      expect(framing.receive(frame.subarray(at, at + 1))).toEqual({ kind: 'nothing' });
    }
    expect(framing.receive(encodeRtu(1, ANSWER))).toEqual({ kind: 'reply', pdu: Buffer.from(ANSWER) });
  });
});
