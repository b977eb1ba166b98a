import { expect, it } from 'vitest';
import { ct303 } from '../lorawan/milesight/ct303.ts';
import { dtsu666 } from '../modbus/chint/dtsu666.ts';
import { problemsOfDerivations } from './check-derivations.ts';
import { withParameters } from './with-parameters.ts';

it('clamps tell apparent power and energy at the voltage that was given, and none without', () => {
  const decoded = {
    readings: [
      { quantity: 'elec.current', channel: 'L1', value: 10 },
      { quantity: 'elec.charge', channel: 'L1', value: 12.34 },
    ],
  };
  expect(withParameters(ct303, { nominalVoltage: 230 }, decoded).readings.slice(2)).toEqual([
    { quantity: 'elec.apparent', channel: 'L1', value: 2_300 },
    { quantity: 'elec.apparentEnergy', channel: 'L1', value: 2_838.2 },
  ]);
  expect(withParameters(ct303, undefined, decoded)).toEqual(decoded);
});

it('a meter behind current transformers tells what flows before them', () => {
  const decoded = {
    readings: [
      { quantity: 'elec.power', value: 100 },
      { quantity: 'elec.current', channel: 'L1', value: 0.5 },
      { quantity: 'elec.voltage', channel: 'L1', value: 230 },
    ],
  };
  const behind = (parameters?: Record<string, number>) =>
    Object.fromEntries(withParameters(dtsu666, parameters, decoded).readings.map((one) => [one.quantity, one.value]));
  expect(behind({ currentRatio: 40 })).toEqual({ 'elec.power': 4_000, 'elec.current': 20, 'elec.voltage': 230 });
  expect(behind()).toEqual({ 'elec.power': 100, 'elec.current': 0.5, 'elec.voltage': 230 });
});

it.each([ct303, dtsu666])('what $id derives is well described', ({ parameters, derived = [] }) => {
  expect(problemsOfDerivations(parameters, derived)).toEqual([]);
});
