import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PubackFilter } from './puback-filter.ts';

const SEED = 43;

function enabled(): PubackFilter {
  const filter = new PubackFilter();
  filter.enabled = true;
  return filter;
}

describe('PubackFilter', () => {
  it('takes out the acknowledgements and nothing else, however the stream is cut', () => {
    const acknowledgement = fc.integer({ min: 1, max: 65_535 });
    const other = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(fc.array(fc.oneof(acknowledgement, other)), fc.integer({ min: 1, max: 40 }), (parts, chunk) => {
        const filter = enabled();
        const packets = parts.map((part) => (typeof part === 'number' ? puback(part) : publish(part)));
        const stream = Buffer.concat(packets);
        const taken: number[] = [];
        const rest: Buffer[] = [];
        for (let at = 0; at < stream.length; at += chunk) {
          const outcome = filter.filter(stream.subarray(at, at + chunk));
          taken.push(...outcome.messageIds);
          rest.push(Buffer.from(outcome.rest));
        }
        expect(taken).toEqual(parts.filter((part) => typeof part === 'number'));
        const others = parts.filter((part) => typeof part !== 'number').map(publish);
        expect(Buffer.concat(rest)).toEqual(Buffer.concat(others));
      }),
      { seed: SEED },
    );
  });

  it('lets everything pass before it is enabled, and knows then where the next packet begins', () => {
    const filter = new PubackFilter();
    const early = Buffer.concat([puback(7), publish(Buffer.alloc(100, 0x40)).subarray(0, 60)]);
    expect(filter.filter(early)).toEqual({ messageIds: [], rest: early });
    filter.enabled = true;
    const late = Buffer.concat([publish(Buffer.alloc(100, 0x40)).subarray(60), puback(8)]);
    const { messageIds, rest } = filter.filter(late);
    expect(messageIds).toEqual([8]);
    expect(rest.length).toBe(late.length - 4);
  });

  it('leaves a malformed acknowledgement to the parser', () => {
    const bytes = Buffer.of(0x40, 3, 0, 1, 0);
    expect(enabled().filter(bytes)).toEqual({ messageIds: [], rest: bytes });
  });
});

function puback(messageId: number): Buffer {
  return generate({ cmd: 'puback', messageId });
}

function publish(payload: Uint8Array): Buffer {
  return generate({
    ...{ cmd: 'publish', topic: 'a/b', payload: Buffer.from(payload), qos: 1, messageId: 3, dup: false, retain: false },
  });
}
