import type { CommandRequest, DeviceConfig } from '@vigie/contract';
import { describe, expect, it, vi } from 'vitest';
import { SYSTEM_CLOCK } from '../../test/lorawan/radio-bench.ts';
import type { OrderProgress } from '../device-order.ts';
import { Appointments } from './appointments.ts';
import { dispatcher } from './dispatch.ts';

const RADIO: DeviceConfig = {
  id: 'meter-1',
  model: 'acme/meter',
  lorawan: {
    ...{ devEui: '70b3d57ed0000001', macVersion: '1.0.4', class: 'A' },
    activation: { mode: 'otaa', joinEui: '70b3d57ed0ffffff', appKey: '00'.repeat(16) },
  },
};
const WIRED = { id: 'plc', model: 'acme/plc', modbus: { bus: 'b', unit: 1, intervalMs: 1_000 } } as DeviceConfig;

function order(device: string): CommandRequest {
  const times = { issuedAt: 0, expiresAt: Date.now() + 60_000 };
  return { v: 1, id: '00000000-0000-4000-8000-000000000000', device, name: 'lorawan.forgetNonces', args: {}, ...times };
}

describe('the order to forget join nonces', () => {
  const progress: OrderProgress[] = [];
  const forgetNonces = vi.fn(async (_device: string) => undefined);
  const appointments = new Appointments(SYSTEM_CLOCK);
  const dispatch = dispatcher({
    appointments,
    device: (id) => [RADIO, WIRED].find((device) => device.id === id),
    models: { find: () => undefined, encode: () => Promise.reject(new Error('no codec')) },
    lorawan: { execute: () => undefined, forgetNonces },
    modbus: { execute: () => undefined },
  });
  const conduct = { begin: async () => true, report: (step: OrderProgress) => void progress.push(step) };

  it('is the network’s to carry out, whatever the model of the device', () => {
    expect(dispatch(order('meter-1'), conduct)).toEqual({ ok: true });
    expect(forgetNonces).toHaveBeenCalledWith('meter-1', conduct);
  });

  it('is not for a device that hangs on a wire', () => {
    expect(dispatch(order('plc'), conduct)).toMatchObject({ ok: false, code: 'COMMAND_UNKNOWN' });
  });

  it('fails with a word where the gateway itself fails', async () => {
    forgetNonces.mockRejectedValueOnce(new Error('EIO'));
    dispatch(order('meter-1'), conduct);
    await vi.waitFor(() => expect(progress).toEqual([{ state: 'failed', code: 'INTERNAL', message: 'EIO' }]));
  });
});
