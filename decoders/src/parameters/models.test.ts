import { describe, expect, it } from 'vitest';
import { findDefinition } from '../catalogue.ts';
import { fromHex } from '../kernel/byte-reader.ts';
import type { ParameterValues } from './parameter.ts';
import { withParameters } from './with-parameters.ts';

/** Readings of a frame of a catalogue's model by quantity and channel, with what its parameters make of them. */
function readingsOf(id: string, hex: string, parameters: ParameterValues): Record<string, unknown> {
  const definition = findDefinition(id);
  if (definition?.protocol !== 'lorawan') throw new Error(`${id} is no LoRaWAN model`);
  const outcome = definition.decodeUplink({ bytes: fromHex(hex) ?? new Uint8Array(), fPort: 1, receivedAt: 0 });
  if (!outcome.ok) throw new Error(outcome.message);
  const { readings } = withParameters(definition, parameters, outcome.decoded);
  return Object.fromEntries(
    readings.map(({ quantity, channel, value }) => [
      channel === undefined ? quantity : `${quantity}/${channel}`,
      value,
    ]),
  );
}

describe('a model of the catalogue', () => {
  it('tells how full a container is whose height is known, and only the distance where it is not', () => {
    // 2116 mm below the sensor, of which 16 cm are above the full level
    const frame = '03824408';
    expect(readingsOf('milesight/em500-udl', frame, { height: 400, gap: 16 })).toEqual({
      'bin.distance': 211.6,
      'bin.fill': 51.1,
    });
    expect(readingsOf('milesight/em500-udl', frame, {})).toEqual({ 'bin.distance': 211.6 });
  });

  it('weighs the pulses of each of its inputs', () => {
    expect(readingsOf('milesight/uc300', '03c80a000000 04c814000000', { medium: 'water', pulseWeight: 10 })).toEqual({
      'pulse.count/1': 10,
      'water.volume/1': 100,
      'pulse.count/2': 20,
      'water.volume/2': 200,
    });
  });

  it('reckons the pressure of a probe by its range, then the level by the pressure', () => {
    // half of the range of 5 bar
    const readings = readingsOf('decentlab/dl-pr26', '0201670001 8000 3e80', { range: 5 });
    expect(readings['water.pressure']).toBe(250);
    expect(readings['water.level']).toBeCloseTo(25.493, 3);
  });

  it('adds the height of a probe to the level above it', () => {
    // 0.5 bar against the air
    const readings = readingsOf('keller/arc1-adt1', '01030001 3f000000', { probeLevel: 100 });
    expect(readings['water.level']).toBeCloseTo(105.0986, 4);
  });
});
