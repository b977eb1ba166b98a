import { lorawan } from '../../kernel/lorawan.ts';

const on = { states: { 1: 'on' }, otherwise: 'off' } as const;

/** Light controller with two relays, each told in half a byte. How it is commanded is not public. */
export const zlampRelay = lorawan({
  id: 'zane/zlamp-relay',
  version: 1,
  vendor: 'Zane Systems',
  title: 'Light controller zLamp Relay',
  domain: 'lighting',
  source: 'https://github.com/tago-io/decoders, decoders/connector/zane/zlamp-relay/v1.0.0',
  uplinks: [
    {
      ports: [119, 203],
      length: 1,
      steps: [
        { type: 'uint8', peek: true, bits: [4, 4], quantity: 'lamp.state', channel: '1', ...on },
        { type: 'uint8', bits: [0, 4], quantity: 'lamp.state', channel: '2', ...on },
      ],
    },
  ],
});
