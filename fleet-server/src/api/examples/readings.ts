import { type Examples, page } from './operation-examples.ts';

const about = {
  ...{ gateway: 'gw-1', device: 'lamp-12', asset: 'rue-haute-12', domain: 'lighting', quantity: 'lamp.power' },
  ...{ channel: '1', value: 42.5, unit: 'W', quality: 'good' },
};
const times = { at: '2026-07-14T20:15:00.000Z', receivedAt: '2026-07-14T20:15:00.412Z' };
const message = { id: 'gw-1:k3v9x2m1:4711:0', tenant: 'ville', ...about, ...times };

export const READING_EXAMPLES: Examples = {
  listLatestReadings: { answer: page({ ...about, ...times }) },
  listReadings: {
    answer: {
      items: [
        message,
        {
          ...{ ...message, id: 'gw-1:k3v9x2m1:4711:1', quantity: 'dev.temp', value: 91, unit: 'Cel', historical: true },
          ...{ quality: 'uncertain', reasons: ['outOfBounds'] },
        },
      ],
      ...{ next: 'dGhlIHBsYWNlIG9mIGEgbQ', more: false },
    },
  },
  streamReadings: { answer: `id: dGhlIHBsYWNlIG9mIGEgbQ\ndata: ${JSON.stringify(message)}\n\n` },
};
