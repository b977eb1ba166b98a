import type { ModbusBus } from '@vigie/contract';
import { describe, expect, it, vi } from 'vitest';
import { device, meter, point, polite, slave, start, tcpBus } from '../../test/modbus-bench.ts';
import {
  exceptionAnswer,
  readAnswer,
  type SlaveBehaviour,
  type SlaveRequest,
  startRtuOverTcpSlave,
  startTcpSlave,
} from '../../test/modbus-slave.ts';
import { encodeRtu } from './rtu-framing.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };
const ADDRESSES = [0, 100, 200];
const valueAt = (address: number, unit: number): number => address + unit * 1_000;
const right = (request: SlaveRequest): Buffer => readAnswer(request, valueAt);

/** Misbehaves at every n-th request, and is polite else. */
function now(n: number, odd: SlaveBehaviour): SlaveBehaviour {
  let asked = 0;
  return (request) => {
    asked += 1;
    if (asked % n === 0) odd(request);
    else polite(request);
  };
}

function mbap({ transaction, unit }: SlaveRequest, pdu: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt16BE(transaction, 0);
  head.writeUInt16BE(pdu.length + 1, 4);
  head[6] = unit;
  return Buffer.concat([head, pdu]);
}

/** Keeps an answer back and sends it in front of the next one, in one segment. */
function glued(frame: (request: SlaveRequest, pdu: Buffer) => Buffer): SlaveBehaviour {
  let kept: Buffer | undefined;
  return (request) => {
    const own = frame(request, right(request));
    if (kept) {
      request.sendRaw(Buffer.concat([kept, own]));
      kept = undefined;
    } else kept = own;
  };
}

/** A slave on a serial line does one thing after the other. */
function busy(n: number, ms: number): SlaveBehaviour {
  let asked = 0;
  let before = Promise.resolve();
  return (request) => {
    asked += 1;
    const takesMs = asked % n === 0 ? ms : 0;
    before = before
      .then(() => new Promise((done) => setTimeout(done, takesMs)))
      .then(() => request.answer(right(request)));
  };
}

const rtu = ({ unit }: SlaveRequest, pdu: Buffer): Buffer => Buffer.from(encodeRtu(unit, pdu));
const damaged = (frame: Buffer): Buffer =>
  Buffer.from(frame.map((byte, at) => (at === frame.length - 1 ? byte ^ 1 : byte)));
const cut = (frame: Buffer, bytes: number): Buffer => frame.subarray(0, bytes);

const TCP: Record<string, SlaveBehaviour> = {
  'sends its answers byte by byte': (request) => request.answer(right(request), { pieces: 1, pieceGapMs: 1 }),
  'sends each answer twice': (request) => {
    const frame = mbap(request, right(request));
    request.sendRaw(Buffer.concat([frame, frame]));
  },
  'sends a late answer and the next in one segment': now(3, glued(mbap)),
  'answers late, now and then': now(4, (request) => request.answer(right(request), { afterMs: 250 })),
  'closes in the middle of an answer': now(3, (request) => {
    request.sendRaw(cut(mbap(request, right(request)), 8));
    request.hangUp();
  }),
  'closes instead of its third answer': now(3, (request) => request.hangUp()),
  'answers as unit 255': (request) => request.answer(right(request), { unit: 255 }),
  'counts one register too few': now(3, (request) => {
    const pdu = right(request);
    pdu[1] = (pdu[1] ?? 0) - 2;
    request.answer(pdu);
  }),
  'gives fewer registers than were asked for': now(3, (request) => {
    const pdu = right(request).subarray(0, 2);
    pdu[1] = 0;
    request.answer(pdu);
  }),
  'answers another function': now(3, (request) => {
    const pdu = right(request);
    pdu[0] = 4;
    pdu[3] = 7;
    request.answer(pdu);
  }),
  'refuses another function': now(3, (request) => request.answer(exceptionAnswer(4, 2))),
  'refuses without a reason': now(3, (request) => request.answer(Buffer.of(0x83))),
  'sends noise behind an answer': now(3, (request) => {
    request.sendRaw(Buffer.concat([mbap(request, right(request)), Buffer.from('HTTP/1.1 400 Bad Request\r\n')]));
  }),
  'speaks another protocol first': now(5, (request) => request.sendRaw(Buffer.from('login: '))),
};

const SERIAL: Record<string, SlaveBehaviour> = {
  'sends its answers byte by byte': (request) => request.answer(right(request), { pieces: 1, pieceGapMs: 3 }),
  'has noise of the line before and behind its answers': (request) =>
    request.sendRaw(Buffer.concat([Buffer.of(0, 0xff), rtu(request, right(request)), Buffer.of(0xff, 0)])),
  'sends an exception with a wrong checksum': now(3, (request) =>
    request.sendRaw(damaged(rtu(request, exceptionAnswer(request.functionCode, 2)))),
  ),
  'damages an answer and sends it again': now(3, (request) => {
    const frame = rtu(request, right(request));
    request.sendRaw(Buffer.concat([damaged(frame), frame]));
  }),
  'is on a line where others answer too': (request) => {
    const other = rtu({ ...request, unit: 9 }, Buffer.from([3, 2, 0x12, 0x34]));
    request.sendRaw(Buffer.concat([other, rtu(request, right(request))]));
  },
  'cuts an answer': now(3, (request) => request.sendRaw(cut(rtu(request, right(request)), 4))),
  'is busy now and then, and answers in the order of the requests': busy(5, 250),
  'closes after three answers': now(3, (request) => {
    request.answer(right(request));
    request.hangUp();
  }),
};

async function isRead(bus: ModbusBus): Promise<void> {
  const bench = start(meter(ADDRESSES.map((address) => point(address, { channel: `C${address}` }))));
  await bench.stage.apply({ buses: [bus] }, [device('a', 'net', 1)]);
  const wordsOf = (address: number) =>
    bench.of('a').flatMap(({ image }) => image.words('holdingRegister', address, 1)?.[0] ?? []);
  await vi.waitFor(() => {
    for (const address of ADDRESSES) expect(wordsOf(address).length).toBeGreaterThanOrEqual(5);
  }, PATIENCE);
  for (const address of ADDRESSES) expect(new Set(wordsOf(address))).toEqual(new Set([valueAt(address, 1)]));
}

describe('a slave by TCP is read, and never wrong, that', () => {
  it.each(Object.entries(TCP))('%s', { timeout: 90_000 }, async (_name, behaviour) => {
    const { port } = await slave(startTcpSlave(behaviour));
    await isRead({ ...tcpBus('net', port), timeoutMs: 150 });
  });
});

describe('a slave of a serial server is read, and never wrong, that', () => {
  it.each(Object.entries(SERIAL))('%s', { timeout: 90_000 }, async (_name, behaviour) => {
    const { port } = await slave(startRtuOverTcpSlave(behaviour));
    await isRead({ id: 'net', type: 'rtu-over-tcp', host: '127.0.0.1', port, timeoutMs: 150 });
  });
});
