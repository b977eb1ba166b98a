import { VigieError } from '@vigie/contract';
import { expect, it } from 'vitest';
import type { RadioSource } from './radio.ts';
import { type SourceConfig, SourceSet } from './source-set.ts';

const source = (id: string, port: number): SourceConfig => ({ id, type: 'semtech-udp', host: '127.0.0.1', port });

function opened(): RadioSource {
  return {
    address: () => '',
    gateways: () => [],
    transmit: async () => ({ kind: 'refused', reason: 'NO_ROUTE' }),
    close: async () => undefined,
  } as RadioSource;
}

it('a source that was missing before stands in the way of no other change, and comes when it can', async () => {
  const taken = new Set([1_700]);
  const sources = new SourceSet(async ({ port }) => {
    if (port !== undefined && taken.has(port)) throw new VigieError('CONFIG_PORT_BUSY', `port ${port}`);
    return opened();
  });
  const roof = source('roof', 1_700);
  await expect(sources.apply([roof], 'EU868')).rejects.toThrow('1700');
  await sources.start([roof], 'EU868');
  await sources.apply([roof, source('mast', 1_701)], 'EU868');
  expect(sources.missing()).toEqual([expect.stringContaining('Source roof: port 1700')]);
  expect(sources.status().map(({ id }) => id)).toEqual(['mast']);
  taken.add(1_702);
  await expect(sources.apply([roof, source('barn', 1_702)], 'EU868')).rejects.toThrow('1702');
  taken.clear();
  await sources.retry();
  expect(sources.status().map(({ id }) => id)).toEqual(['mast', 'roof']);
});
