import { lorawan } from '../../kernel/lorawan.ts';
import { mbusValues } from '../../kernel/mbus.ts';
import type { MappedValue } from '../../kernel/payload-layout.ts';

const heatMeter: Readonly<Record<string, MappedValue>> = {
  energyWh: { quantity: 'heat.energy', scale: 0.001 },
  energyJ: { quantity: 'heat.energy', scale: 1 / 3_600_000 },
  volumeL: { quantity: 'heat.volume' },
  powerW: { quantity: 'heat.power' },
  flowLPerH: { quantity: 'heat.flow' },
  flowTempCel: { quantity: 'heat.flowTemp' },
  returnTempCel: { quantity: 'heat.returnTemp' },
  errorFlags: { quantity: 'dev.fault', states: { 0: 'ok' }, otherwise: 'fault' },
};

/** Module for the heat meter Landis+Gyr T550: a byte that names the format, then M-Bus records (EN 13757-3). */
export const cmi4110 = lorawan({
  id: 'elvaco/cmi4110',
  version: 1,
  vendor: 'Elvaco',
  title: 'Heat meter module CMi4110 for Landis+Gyr T550 (UH50)',
  domain: 'heat',
  source: "Elvaco CMi4110 User's Manual, message formats standard, compact, scheduled daily redundant and extended",
  uplinks: [
    {
      ports: [2],
      when: { byte: 0, equals: [0x00, 0x01, 0x03, 0x04] },
      parse: (reader) => {
        reader.take(1);
        return mbusValues(reader);
      },
      map: heatMeter,
    },
  ],
});
