import { lorawan } from '../../kernel/lorawan.ts';
import type { Step } from '../../kernel/payload-layout.ts';
import { zclReport } from '../../kernel/zcl-report.ts';

/** The endpoint is the phase; the fourth is their sum. */
const channel = { from: 'endpoint', map: { 0: 'L1', 1: 'L2', 2: 'L3', 3: '' } } as const;

/** Powers come as consumed and fed in: what is fed in counts negative. */
function net(quantity: string): readonly Step[] {
  return [
    { type: 'uint32', name: 'consumed' },
    { type: 'uint32', quantity, channel, scale: -1, plus: [{ name: 'consumed', times: -1 }] },
  ];
}

function phase(name: 'L1' | 'L2' | 'L3'): readonly Step[] {
  return [
    { type: 'uint16', quantity: 'elec.voltage', channel: name, scale: 0.1 },
    { type: 'uint16', quantity: 'elec.current', channel: name, scale: 0.1 },
    { type: 'int16', quantity: 'elec.phaseAngle', channel: name },
  ];
}

/** Three-phase meter with clamps. Energies of cluster 0x8010 are balances with a sign, so no counters; those of reactive energy are no quantity here. */
export const triphaso = lorawan({
  id: 'nke-watteco/triphaso',
  version: 3,
  changed: {
    3: {
      en: 'The balances of active energy of cluster 0x8010 are told. A frame of an unknown command is told as unknown; a report that is an alarm raises one.',
      fr: 'Les bilans d’énergie active du cluster 0x8010 sont donnés. Une trame d’une commande inconnue est dite inconnue ; un rapport d’alarme lève une alarme.',
    },
  },
  vendor: 'nke Watteco',
  title: "Three-phase meter Triphas'O",
  domain: 'electricity',
  oneSource: true,
  source:
    'Watteco support: clusters 0x800A, 0x800B, 0x800D and 0x8010; examples of Watteco/Codec-API-LoRaWAN and actility/device-catalog, vendors/watteco/drivers/triphaso_v1.1',
  uplinks: [
    ...zclReport({
      984066: [{ type: 'uint32', quantity: 'pulse.count' }],
      983125: [{ type: 'uint8', quantity: 'io.input', states: { 0: 'off', 1: 'on' } }],
      393216: [{ type: 'uint8', quantity: 'io.output', states: { 0: 'off', 1: 'on' } }],
      2148139008: [
        { skip: 1 },
        { type: 'uint32', quantity: 'elec.import', channel },
        { type: 'uint32', quantity: 'elec.export', channel },
        { type: 'uint32', quantity: 'elec.reactive.import', channel },
        { type: 'uint32', quantity: 'elec.reactive.export', channel },
        ...net('elec.power'),
        ...net('elec.reactive'),
      ],
      2148204544: [
        { skip: 1 },
        { type: 'uint16', quantity: 'elec.voltage', channel, scale: 0.1 },
        { type: 'uint16', quantity: 'elec.current', channel, scale: 0.1 },
        { type: 'int16', quantity: 'elec.phaseAngle', channel },
      ],
      2148335616: [{ skip: 1 }, ...phase('L1'), ...phase('L2'), ...phase('L3')],
      2148532224: [
        { skip: 1 },
        ...(['L1', 'L2', 'L3', undefined] as const).flatMap((name): Step[] => [
          { type: 'int32', quantity: 'elec.balance', ...(name === undefined ? {} : { channel: name }) },
          { skip: 4 },
        ]),
      ],
      2148532225: [
        { skip: 1 },
        ...(['L1', 'L2', 'L3', undefined] as const).flatMap((name): Step[] => {
          const of = name === undefined ? {} : { channel: name };
          return [
            { type: 'int32', quantity: 'elec.power', ...of },
            { type: 'int32', quantity: 'elec.reactive', ...of },
          ];
        }),
      ],
    }),
  ],
});
