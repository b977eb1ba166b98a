import { decodeRegisters, findDefinition, normalise, SparseRegisterImage } from '@vigie/decoders';
import { describe, expect, it } from 'vitest';
import { buildNodes, buildSlaves, type CityOptions } from './simulate/city.ts';
import { nextLightingTime, solarElevation } from './simulate/physics/sun.ts';
import { seededRandom } from './simulate/random.ts';

const EVENING = Date.UTC(2026, 5, 21, 18);
const STEP_MS = 3 * 60_000;
const STEPS = 160;

interface Said {
  quantity: string;
  channel?: string | undefined;
  value: number | string;
}

function sorted(readings: readonly Said[]): string[] {
  return readings.map(({ quantity, channel, value }) => `${quantity} ${channel ?? ''} ${value}`).sort();
}

function options(): CityOptions {
  return { seed: 7, random: seededRandom(7), cityMs: EVENING, nodes: 24, abpOnly: false, firstDevNonce: 1 };
}

/** The encoders were written from the vendors' documents and share no code with the decoders that they check. */
describe('what the simulated city says', () => {
  it('is what the catalogue reads from its LoRaWAN payloads', () => {
    const nodes = buildNodes(options());
    for (let step = 0; step < STEPS; step += 1) {
      for (const { id, model, mac } of nodes) {
        const { fPort, payload, readings } = mac.sensor.measure(EVENING + step * STEP_MS, EVENING);
        const definition = findDefinition(model);
        if (definition?.protocol !== 'lorawan') throw new Error(`${model} is not in the catalogue`);
        const outcome = definition.decodeUplink({ bytes: payload, fPort, receivedAt: EVENING });
        if (!outcome.ok) throw new Error(`${id}: ${outcome.message}`);
        expect(sorted(normalise(outcome.decoded).readings), id).toEqual(sorted(readings));
      }
    }
  });

  it('is what the catalogue reads from its Modbus registers', () => {
    const slaves = buildSlaves(options(), 1_000);
    for (let step = 0; step < STEPS; step += 1) {
      for (const { id, model } of slaves) {
        const definition = findDefinition(model.model);
        if (definition?.protocol !== 'modbus') throw new Error(`${model.model} is not in the catalogue`);
        const image = new SparseRegisterImage();
        const points = model.points(EVENING + step * STEP_MS);
        for (const { table, address, words } of points) image.set(table, address, words);
        const outcome = decodeRegisters(definition, image);
        if (!outcome.ok) throw new Error(`${id}: ${outcome.message}`);
        const truth = points.flatMap(({ reading }) => (reading ? [reading] : []));
        expect(sorted(normalise(outcome.decoded).readings), id).toEqual(sorted(truth));
      }
    }
  });

  it('follows a sun that rises and sets where an almanac says', () => {
    // Grenoble, 2026-06-21: solar noon at 11:39 UTC with 68.25° of elevation; at sunset, 19:28 UTC, the centre is at −0.83°.
    expect(solarElevation(Date.UTC(2026, 5, 21, 11, 39), 45.1885, 5.7245)).toBeCloseTo(68.25, 0);
    expect(solarElevation(Date.UTC(2026, 5, 21, 19, 28), 45.1885, 5.7245)).toBeCloseTo(-0.83, 0);
    const on = nextLightingTime(Date.UTC(2026, 5, 21, 12), 45.1885, 5.7245);
    expect(on).toBeGreaterThan(Date.UTC(2026, 5, 21, 19, 25));
    expect(on).toBeLessThan(Date.UTC(2026, 5, 21, 19, 55));
  });
});
