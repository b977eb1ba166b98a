import { cityTopic } from '@vigie/contract';
import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { cityMessages, type LogEntry } from './city-message.ts';
import { cityPackets, PacketBatch } from './city-packets.ts';

const SEED = 44;
const UNITS: Record<string, string> = { 'cab.power': 'W', 'wx.temp': 'Cel', 'odd.unit': '"°"' };
const unitOf = (quantity: string) => UNITS[quantity];

const reading = fc.record(
  {
    quantity: fc.constantFrom('cab.power', 'wx.temp', 'odd.unit', 'lamp.state'),
    channel: fc.constantFrom('L1', '1'),
    value: fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.string({ unit: 'grapheme', maxLength: 256 }),
    ),
    quality: fc.constantFrom('good' as const, 'bad' as const, 'uncertain' as const),
    reasons: fc.array(fc.constantFrom('stale' as const, 'outOfBounds' as const), { maxLength: 2 }),
  },
  { requiredKeys: ['quantity', 'value'] },
);

function entryOf(readings: LogEntry['record']['readings'], historical: boolean): LogEntry {
  return {
    ...{
      id: 5,
      tenant: 'ville',
      gateway: 'gw-1',
      epoch: 'epoch00001',
      seq: 12,
      asset: 'rue-haute',
      domain: 'lighting',
    },
    ...{ at: 1_700_000_000_123, historical },
    record: {
      ...{ kind: 'readings', device: 'lamp-1', priority: 'reading', codec: { id: 'a/b', version: 1 }, readings },
      times: { receivedAt: 1_700_000_000_456, clock: 'gateway', trusted: true },
    },
  };
}

describe('cityPackets', () => {
  it('are what a general encoder makes of the messages of the API', () => {
    fc.assert(
      fc.property(
        fc.array(reading, { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        fc.constantFrom(0, 1),
        (readings, late, qos) => {
          const entry = entryOf(readings as LogEntry['record']['readings'], late);
          const city = cityPackets(entry, late, unitOf);
          const batch = new PacketBatch(1_000_000);
          for (const [index, packet] of city.packets.entries()) {
            expect(batch.fits(packet)).toBe(true);
            if (qos === 0) batch.addQos0(city, packet);
            else batch.addQos1(city, packet, 300 + index, index === 1);
          }
          const expected = cityMessages(entry, unitOf).map((message, index) =>
            generate({
              ...{ cmd: 'publish', topic: cityTopic(message), payload: JSON.stringify(message), retain: false },
              ...(qos === 0 ? { qos: 0, dup: false } : { qos: 1, messageId: 300 + index, dup: index === 1 }),
            }),
          );
          expect(batch.take().equals(Buffer.concat(expected))).toBe(true);
          expect(batch.length).toBe(0);
        },
      ),
      { seed: SEED },
    );
  });

  it('are made once, and once more for what is late', () => {
    const entry = entryOf([{ quantity: 'cab.power', value: 1 }], false);
    expect(cityPackets(entry, false, unitOf)).toBe(cityPackets(entry, false, unitOf));
    expect(cityPackets(entry, true, unitOf).bytes.toString()).toContain('"historical":true}');
    expect(cityPackets(entry, false, unitOf).bytes.toString()).not.toContain('historical');
  });
});

it('PacketBatch says when the next packet does not fit', () => {
  const city = cityPackets(
    entryOf(
      [
        { quantity: 'cab.power', value: 1 },
        { quantity: 'cab.power', value: 2 },
      ],
      false,
    ),
    false,
    unitOf,
  );
  const [first, second] = city.packets;
  const batch = new PacketBatch((first?.end ?? 0) + 10);
  if (!first || !second) throw new Error('two packets');
  batch.addQos1(city, first, 1, false);
  expect(batch.fits(second)).toBe(false);
  batch.take();
  expect(batch.fits(second)).toBe(true);
});
