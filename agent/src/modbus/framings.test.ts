import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from 'vitest';
import { AsciiFraming, encodeAscii } from './ascii-framing.ts';
import { linkOf } from './bus-link.ts';
import type { Link } from './link.ts';
import { whyNotOpen } from './serial-line.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describe('ASCII frames', () => {
  // V1.02 section 6.2.1 describes the LRC; the frame is the one of MODBUS Protocol Reference Guide PI-MBUS-300.
  it('are a colon, hexadecimal digits, LRC, CR and LF', () => {
    expect(Buffer.from(encodeAscii(0x11, Uint8Array.of(3, 0, 0x6b, 0, 3))).toString('latin1')).toBe(
      ':1103006B00037E\r\n',
    );
  });

  it('are found behind noise and in pieces, in either case of letters', () => {
    const framing = new AsciiFraming(false);
    framing.request(1, Uint8Array.of(3, 0, 0, 0, 1));
    const answer = Buffer.from(
      `xx:garbage\r\n${Buffer.from(encodeAscii(1, Uint8Array.of(3, 2, 0xab, 0xcd)))
        .toString('latin1')
        .toLowerCase()}`,
    );
    for (const byte of answer.subarray(0, -1)) framing.receive(Uint8Array.of(byte));
    expect(framing.receive(answer.subarray(-1))).toEqual({ kind: 'reply', pdu: Uint8Array.of(3, 2, 0xab, 0xcd) });
  });

  it('count with a right LRC and from the right slave only', () => {
    const framing = new AsciiFraming(false);
    framing.request(1, Uint8Array.of(3, 0, 0, 0, 1));
    expect(framing.receive(encodeAscii(2, Uint8Array.of(3, 2, 0, 1)))).toEqual({ kind: 'nothing' });
    expect(framing.receive(Buffer.from(':010302000000\r\n'))).toEqual({ kind: 'corrupt' });
  });
});

describe('a bus by UDP', () => {
  it('reads by one datagram each and knows answers by their transaction', async () => {
    const slave = createSocket('udp4');
    slave.on('message', (frame, { port, address }) => {
      const reply = Buffer.concat([frame.subarray(0, 4), Buffer.of(0, 5), frame.subarray(6, 8), Buffer.of(2, 0, 42)]);
      const late = Buffer.from(reply);
      late.writeUInt16BE(frame.readUInt16BE(0) ^ 0xffff, 0);
      slave.send(late, port, address);
      slave.send(reply, port, address);
    });
    await new Promise<void>((resolve) => slave.bind(0, '127.0.0.1', resolve));
    ends.push(() => new Promise<void>((resolve) => slave.close(() => resolve())));
    const bus = { id: 'b', type: 'udp', host: '127.0.0.1', port: slave.address().port, timeoutMs: 2_000 } as const;
    const link: Link = linkOf(bus, { monotonicMs: () => performance.now(), random: Math.random });
    ends.push(() => link.close());
    for (let round = 0; round < 3; round += 1) {
      expect(await link.exchange(1, { kind: 'read', table: 'holdingRegister', address: 0, count: 1 })).toEqual({
        ok: true,
        reply: { kind: 'values', values: [42] },
      });
    }
  });
});

describe('a serial port that cannot be opened', () => {
  const refused = new Error('Error: Permission denied, cannot open');
  it.each([
    ['/dev/ttyUSB0', refused.message],
    ['/etc/shadow', 'no serial port can be opened there'],
    ['/dev/../etc/shadow', 'no serial port can be opened there'],
    ['/dev/shm/secret', 'no serial port can be opened there'],
  ])('%s tells what is there of devices only', (path, told) => {
    expect(whyNotOpen(path, refused)).toBe(told);
  });
});
