import { lorawan } from '../../kernel/lorawan.ts';

const DEVICE_FAULT = 0xde;

/** DALI light controller for the 7-pin NEMA socket. How it is commanded is not public. */
export const zlamp = lorawan({
  id: 'zane/zlamp',
  version: 1,
  vendor: 'Zane Systems',
  title: 'DALI light controller zLamp',
  domain: 'lighting',
  source: 'https://github.com/tago-io/decoders, decoders/connector/zane/zlamp/v1.0.0',
  uplinks: [
    {
      ports: [118],
      length: 2,
      steps: [
        { type: 'uint8', quantity: 'lamp.dim' },
        { type: 'uint8', bits: [0, 4], quantity: 'lamp.state', states: { 1: 'on' }, otherwise: 'off' },
      ],
    },
    {
      ports: [202],
      length: 1,
      steps: [
        {
          type: 'uint8',
          quantity: 'dev.fault',
          states: { [DEVICE_FAULT]: 'fault' },
          otherwise: 'ok',
          alarm: [DEVICE_FAULT],
        },
      ],
    },
  ],
});
