import { describe, expect, it } from 'vitest';
import { airtimeLines, deviceLines, frameLine } from './tables.ts';

const AT = Date.UTC(2026, 6, 1, 12, 34, 56, 789);

describe('what people see', () => {
  it('of a frame', () => {
    expect(frameLine({ number: 1, at: AT, kind: 'up', device: 'lamp-1', text: 'unconfirmed uplink 3' })).toBe(
      '12:34:56.789 up      lamp-1               unconfirmed uplink 3',
    );
    expect(
      frameLine({ number: 2, at: AT, kind: 'refused', code: 'LORAWAN_MIC_INVALID', text: 'DevAddr 01000001' }),
    ).toBe('12:34:56.789 refused                      LORAWAN_MIC_INVALID DevAddr 01000001');
  });

  it('of devices', () => {
    const link = { fCnt: 6, dataRate: 'SF9BW125', frequencyHz: 868_100_000, rssiDbm: -90, snrDb: 2, receptions: 1 };
    const devices = [
      {
        device: 'lamp-1',
        devEui: '0102030405060708',
        devAddr: '01000001',
        fCntUp: 7,
        fCntDown: 2,
        coverage: { verdict: 'good' as const, marginDb: 14.5 },
        quality: { heard: 6, missed: 2, since: AT, dataRates: { SF9BW125: 6 }, marginMinDb: 8, marginMeanDb: 12 },
        lastHeardAt: AT - 90_000,
        link,
        orders: 1,
      },
      { device: 'lamp-2', devEui: '0102030405060709', coverage: { verdict: 'none' as const }, orders: 0 },
      {
        device: 'lamp-3',
        devEui: '010203040506070a',
        network: 'town',
        coverage: { verdict: 'none' as const },
        orders: 0,
      },
    ];
    expect(deviceLines(devices, AT)).toEqual([
      'device  DevEUI            DevAddr     heard      coverage      SNR   RSSI     rate      missed  up  down  orders',
      'lamp-1  0102030405060708  01000001    2 min ago  good 14.5 dB  2 dB  -90 dBm  SF9BW125  2 of 8  7   2     1',
      'lamp-2  0102030405060709  not joined  never      none                                                     0',
      'lamp-3  010203040506070a  town        never      none                                                     0',
    ]);
  });

  it('of airtime', () => {
    const used = { gatewayEui: '0016c001f1500812', fromHz: 868_000_000, toHz: 868_600_000, dutyCycle: 0.01 };
    expect(airtimeLines([{ ...used, usedMs: 1_234, leftMs: 34_766 }])[1]).toBe(
      '0016c001f1500812  868–868.6 MHz  1 %      1.2 s  34.8 s',
    );
  });
});
