import type { UplinkInput } from '../../definition.ts';
import type { ByteReader } from '../../kernel/byte-reader.ts';
import { lorawan } from '../../kernel/lorawan.ts';
import { readMbusRecords } from '../../kernel/mbus.ts';
import { profileOf } from '../../kernel/mbus-profile.ts';
import type { MappedValue, ParsedPayload, ParsedValue } from '../../kernel/payload-layout.ts';

const SHORT_HEADER = 0x7a;
const HEADER_BYTES = 5;
/** The hours are counted from the reception: the clock of the meter tells no zone. */
const TOLERANCE_MS = 1_800_000;

/** What the byte of the status means: all the bits of a word are set. */
const STATUS = { batteryLow: 0x04, fault: 0x08, leak: 0x90, tamper: 0x50, dry: 0x30 } as const;
/** What its error flags (02 FD 17) mean: any bit of a word is set. Those of the pipe count only behind `EXTENDED`. */
const FLAGS = { batteryLow: 0x0a, fault: 0x18, tamper: 0x41 } as const;
const EXTENDED = 0x80;
const PIPE_FLAGS = { leak: 0x0400, dry: 0x0800, burst: 0x1000 } as const;
const ALARMS: readonly string[] = ['leak', 'burst', 'tamper'];

function conditions(words: Readonly<Record<string, number>>, holds: (word: number) => boolean): ParsedValue[] {
  return Object.entries(words).map(([name, word]) => ({ name, value: holds(word) ? 1 : 0 }));
}

function flagged(flags: number): ParsedValue[] {
  const words = flags & EXTENDED ? { ...FLAGS, ...PIPE_FLAGS } : FLAGS;
  return conditions(words, (word) => (flags & word) !== 0);
}

/** A volume of now, or the newest that is kept with the differences of the hours before it (EN 13757-3, annex F). */
function records(reader: ByteReader, _fPort: number, { receivedAt }: UplinkInput): ParsedPayload {
  const [, , status = 0] = reader.take(HEADER_BYTES);
  const found = readMbusRecords(reader).filter(({ function: kind }) => kind === 'instantaneous');
  const volumes = found.filter(({ name }) => name === 'volumeL');
  const kept = volumes.find(({ storage }) => storage > 0);
  const newest = volumes.find(({ storage }) => storage === 0) ?? kept;
  const profile = found.find(({ storage, profile }) => profile && storage === kept?.storage)?.profile;
  const flags = found.find(({ name }) => name === 'errorFlags')?.value;
  const said = typeof flags === 'number' ? flagged(flags) : conditions(STATUS, (word) => (status & word) === word);
  const hours = profile && typeof kept?.value === 'number' ? profileOf(profile, kept.value, receivedAt) : [];
  return {
    values: [...said, ...(newest ? [{ name: 'volume', value: newest.value }] : [])],
    samples: hours.map(({ at, value }) => ({ at, toleranceMs: TOLERANCE_MS, values: [{ name: 'volume', value }] })),
    alarm: said.some(({ name, value }) => ALARMS.includes(name) && value === 1),
  };
}

const condition = (quantity: string): MappedValue => ({ quantity, states: { 0: 'no', 1: 'yes' } });

/** Electromagnetic water meter: an OMS message (EN 13757) without encryption and a compact profile of the hours before. */
export const iperl = lorawan({
  id: 'sensus/iperl',
  version: 1,
  vendor: 'Sensus (Xylem)',
  title: 'Water meter iPERL',
  domain: 'water',
  source:
    'codec and example of TheThingsNetwork/lorawan-devices, vendor/sensus/iperl-oms.js and iperl-codec.yaml; OMS specification volume 2, annex F (compact profile)',
  uplinks: [
    {
      ports: [20, 21, 22],
      length: [9, 242],
      // a configuration of 0: not encrypted
      when: {
        all: [
          { byte: 0, equals: SHORT_HEADER },
          { byte: 3, equals: 0 },
          { byte: 4, equals: 0 },
        ],
      },
      parse: records,
      map: {
        batteryLow: { quantity: 'dev.batteryState', states: { 0: 'ok', 1: 'low' } },
        fault: { quantity: 'dev.fault', states: { 0: 'ok', 1: 'fault' } },
        leak: condition('water.leak'),
        burst: condition('water.burst'),
        tamper: condition('water.tamper'),
        dry: condition('water.dry'),
        volume: { quantity: 'water.volume' },
      },
    },
  ],
});
