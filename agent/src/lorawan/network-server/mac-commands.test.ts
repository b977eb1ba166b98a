import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeNetworkCommand, type NetworkCommand, parseDeviceCommands } from './mac-commands.ts';

describe('commands of devices', () => {
  // The tables of LoRaWAN 1.0.4, chapter 5.
  it.each([
    ['02', { name: 'LinkCheckReq' }],
    ['0307', { name: 'LinkADRAns', powerOk: true, dataRateOk: true, channelMaskOk: true }],
    ['0301', { name: 'LinkADRAns', powerOk: false, dataRateOk: false, channelMaskOk: true }],
    ['04', { name: 'DutyCycleAns' }],
    ['0505', { name: 'RXParamSetupAns', rx1DrOffsetOk: true, rx2DataRateOk: false, channelOk: true }],
    ['06fe1f', { name: 'DevStatusAns', battery: 254, marginDb: 31 }],
    ['060020', { name: 'DevStatusAns', battery: 0, marginDb: -32 }],
    ['06ff3f', { name: 'DevStatusAns', battery: 255, marginDb: -1 }],
    ['0702', { name: 'NewChannelAns', dataRateRangeOk: true, frequencyOk: false }],
    ['08', { name: 'RXTimingSetupAns' }],
    ['09', { name: 'TxParamSetupAns' }],
    ['0a03', { name: 'DlChannelAns', uplinkFrequencyExists: true, frequencyOk: true }],
    ['0d', { name: 'DeviceTimeReq' }],
  ])('%s', (hex, command) => {
    expect(parseDeviceCommands(Buffer.from(hex, 'hex'))).toEqual({ commands: [command] });
  });

  it('are read in sequence until one is unknown, cut short or of LoRaWAN 1.1', () => {
    const read = (hex: string) => {
      const { commands, unread } = parseDeviceCommands(Buffer.from(hex, 'hex'));
      return [commands.map(({ name }) => name), unread];
    };
    expect(read('020307')).toEqual([['LinkCheckReq', 'LinkADRAns'], undefined]);
    expect(read('0280ff')).toEqual([['LinkCheckReq'], 'unknown']);
    expect(read('0206ff')).toEqual([['LinkCheckReq'], 'truncated']);
    expect(read('0b01')).toEqual([[], 'version 1.1']);
  });

  it('may be any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 255 }), (bytes) => void parseDeviceCommands(Buffer.from(bytes))));
  });
});

describe('commands of the network', () => {
  it.each<[NetworkCommand, string]>([
    [{ name: 'LinkCheckAns', marginDb: 10, gatewayCount: 15 }, '020a0f'],
    [{ name: 'LinkCheckAns', marginDb: -3.5, gatewayCount: 1 }, '020001'],
    [
      {
        name: 'LinkADRReq',
        dataRate: 1,
        txPower: 2,
        channelMask: 0b100,
        channelMaskControl: 4,
        transmissions: 5,
      },
      '0312040045',
    ],
    [{ name: 'DutyCycleReq', maxDutyCycle: 13 }, '040d'],
    [{ name: 'RXParamSetupReq', rx1DrOffset: 5, rx2DataRate: 11, frequencyHz: 26_265_700 }, '055b010204'],
    [{ name: 'DevStatusReq' }, '06'],
    [{ name: 'NewChannelReq', channel: 3, frequencyHz: 26_265_700, maxDataRate: 5, minDataRate: 10 }, '07030102045a'],
    [{ name: 'RXTimingSetupReq', delaySeconds: 15 }, '080f'],
    [{ name: 'TxParamSetupReq', downlinkDwell: true, uplinkDwell: false, maxEirp: 15 }, '092f'],
    [{ name: 'DlChannelReq', channel: 3, frequencyHz: 26_265_700 }, '0a03010204'],
    [{ name: 'DeviceTimeAns', gpsSeconds: 1_189_956_253.5 }, '0d9d4aed4680'],
  ])('%o', (command, hex) => {
    expect(encodeNetworkCommand(command).toString('hex')).toBe(hex);
  });
});
