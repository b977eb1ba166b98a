import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PacketGuard } from './packet-guard.ts';

const SEED = 41;

describe('PacketGuard', () => {
  it('lets packets pass however they are cut into chunks', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 64 }), (payloads, chunk) => {
        const guard = new PacketGuard(420);
        const stream = Buffer.concat(
          payloads.map((size, messageId) =>
            generate({
              ...{ cmd: 'publish', topic: 'a/b', payload: Buffer.alloc(size, 0xff), qos: 1, dup: false, retain: false },
              messageId: messageId + 1,
            }),
          ),
        );
        for (let at = 0; at < stream.length; at += chunk) {
          expect(guard.accepts(stream.subarray(at, at + chunk))).toBe(true);
        }
      }),
      { seed: SEED },
    );
  });

  it('refuses a packet by its header alone, and a length of more than four bytes', () => {
    expect(new PacketGuard(127).accepts(Buffer.from([0x30, 127]))).toBe(true);
    expect(new PacketGuard(127).accepts(Buffer.from([0x30, 0x80, 0x01]))).toBe(false);
    expect(new PacketGuard(2 ** 30).accepts(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]))).toBe(false);
  });

  it('finds the next header after a packet', () => {
    const guard = new PacketGuard(10);
    expect(guard.accepts(Buffer.from([0xc0, 0x00, 0x30, 0x02, 0xff, 0xff, 0x30]))).toBe(true);
    expect(guard.accepts(Buffer.from([0x0b]))).toBe(false);
  });
});
