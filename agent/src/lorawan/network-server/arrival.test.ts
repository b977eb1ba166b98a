import type { LorawanDeviceConfig } from '@vigie/contract';
import { describe, expect, it } from 'vitest';
import type { Reception } from '../radio.ts';
import { type Arrival, byQuality, noteHeard, noteStatus, statusRequest } from './arrival.ts';
import { Device } from './device.ts';
import { EU868 } from './regions/eu868.ts';
import { defaultWindows, FSK_50 } from './regions/region.ts';
import { Session } from './session.ts';

const KEY = '00112233445566778899aabbccddeeff';
const CONFIG: LorawanDeviceConfig = {
  id: 'meter-1',
  model: 'acme/meter',
  lorawan: {
    ...{ devEui: '70b3d57ed0000001', macVersion: '1.0.3', class: 'A' },
    activation: { mode: 'otaa', joinEui: '70b3d57ed0ffffff', appKey: KEY },
  },
};
const HOUR_MS = 3_600_000;

function reception(gatewayEui: string, rssiDbm: number, snrDb: number): Reception {
  return {
    ...{ source: 'roof', gatewayEui, phyPayload: Buffer.alloc(0), frequencyHz: 868_800_000, dataRate: FSK_50 },
    ...{ antennas: [{ antenna: 0, rssiDbm, snrDb }], receivedAt: 0, monotonicMs: 0 },
    context: { kind: 'counter', counterUs: 0 },
  };
}

describe('receptions', () => {
  it('stand by SNR, and by strength where that is the same', () => {
    const [weak, strong, clear] = [reception('a', -110, 0), reception('b', -50, 0), reception('c', -120, 3)];
    expect(byQuality([weak, strong, clear]).map(({ gatewayEui }) => gatewayEui)).toEqual(['c', 'b', 'a']);
  });
});

describe('the daily request for battery and margin', () => {
  const best = reception('a', -50, 5);
  const link = { fCnt: 0, dataRate: 'SF7BW125', frequencyHz: 868_100_000, rssiDbm: -50, snrDb: 5, receptions: 1 };
  const at = (heardAtMs: number) => ({ best, heardAtMs }) as Arrival;
  const session = Session.create({
    ...{ id: 's', devAddr: '01000001', nwkSKey: KEY, appSKey: KEY, nextFCntUp: 0, ...defaultWindows(EU868) },
  });

  /** An uplink whose answer is lost on the way, or none. */
  function uplink(device: Device, heardAtMs: number): boolean {
    noteHeard(device, link, at(heardAtMs));
    const asked = statusRequest(device, at(heardAtMs));
    device.told(session, asked);
    return asked.length > 0;
  }

  it('is made again at the next uplinks when it was lost, and then only a day later', () => {
    const device = new Device(CONFIG);
    const asked = Array.from({ length: 60 }, (_none, hour) => uplink(device, hour * HOUR_MS));
    expect(asked.flatMap((is, hour) => (is ? [hour] : []))).toEqual([24, 25, 26, 51, 52, 53]);
  });

  it('is over when it is answered', () => {
    const device = new Device(CONFIG);
    for (let hour = 0; hour < 25; hour += 1) uplink(device, hour * HOUR_MS);
    noteStatus(device, [{ name: 'DevStatusAns', battery: 200, marginDb: 3 }], at(25 * HOUR_MS));
    const asked = Array.from({ length: 30 }, (_none, hour) => uplink(device, (25 + hour) * HOUR_MS));
    expect(asked.indexOf(true)).toBe(24);
    expect(device.status?.battery).toBe(200);
  });
});
