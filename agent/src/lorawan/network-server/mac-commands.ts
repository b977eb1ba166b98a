/**
 * MAC commands ↔ bytes (LoRaWAN 1.0.4, chapter 5; the same since 1.0.2 but for DeviceTime, 1.0.3). A sequence ends at
 * the first identifier that is not known, since its length is not known either.
 */
export type DeviceCommand =
  | { name: 'LinkCheckReq' }
  | { name: 'LinkADRAns'; powerOk: boolean; dataRateOk: boolean; channelMaskOk: boolean }
  | { name: 'DutyCycleAns' }
  | { name: 'RXParamSetupAns'; rx1DrOffsetOk: boolean; rx2DataRateOk: boolean; channelOk: boolean }
  /** `battery`: 0 external supply, 1–254 level, 255 unknown. `marginDb`: −32…31. */
  | { name: 'DevStatusAns'; battery: number; marginDb: number }
  | { name: 'NewChannelAns'; dataRateRangeOk: boolean; frequencyOk: boolean }
  | { name: 'RXTimingSetupAns' }
  | { name: 'TxParamSetupAns' }
  | { name: 'DlChannelAns'; uplinkFrequencyExists: boolean; frequencyOk: boolean }
  | { name: 'DeviceTimeReq' };

export type NetworkCommand =
  | { name: 'LinkCheckAns'; marginDb: number; gatewayCount: number }
  | {
      name: 'LinkADRReq';
      dataRate: number;
      txPower: number;
      channelMask: number;
      channelMaskControl: number;
      transmissions: number;
    }
  /** The device sends at most 1/2^maxDutyCycle of the time. */
  | { name: 'DutyCycleReq'; maxDutyCycle: number }
  | { name: 'RXParamSetupReq'; rx1DrOffset: number; rx2DataRate: number; frequencyHz: number }
  | { name: 'DevStatusReq' }
  | {
      name: 'NewChannelReq';
      channel: number;
      frequencyHz: number;
      maxDataRate: number;
      minDataRate: number;
    }
  | { name: 'RXTimingSetupReq'; delaySeconds: number }
  | { name: 'TxParamSetupReq'; downlinkDwell: boolean; uplinkDwell: boolean; maxEirp: number }
  | { name: 'DlChannelReq'; channel: number; frequencyHz: number }
  /** Seconds since 1980-01-06T00:00:00Z without leap seconds. */
  | { name: 'DeviceTimeAns'; gpsSeconds: number };

const CID = {
  LinkCheck: 0x02,
  LinkADR: 0x03,
  DutyCycle: 0x04,
  RXParamSetup: 0x05,
  DevStatus: 0x06,
  NewChannel: 0x07,
  RXTimingSetup: 0x08,
  TxParamSetup: 0x09,
  DlChannel: 0x0a,
  DeviceTime: 0x0d,
} as const;

/** ResetInd, RekeyInd, ADRParamSetup, ForceRejoin, RejoinParamSetup: commands that came with 1.1. */
const CIDS_OF_1_1: readonly number[] = [0x01, 0x0b, 0x0c, 0x0e, 0x0f];

interface DeviceCommandLayout {
  payloadBytes: number;
  read(payload: Buffer): DeviceCommand;
}

const FROM_DEVICE: Readonly<Record<number, DeviceCommandLayout>> = {
  [CID.LinkCheck]: { payloadBytes: 0, read: () => ({ name: 'LinkCheckReq' }) },
  [CID.LinkADR]: {
    payloadBytes: 1,
    read: (p) => ({ name: 'LinkADRAns', powerOk: bit(p, 2), dataRateOk: bit(p, 1), channelMaskOk: bit(p, 0) }),
  },
  [CID.DutyCycle]: { payloadBytes: 0, read: () => ({ name: 'DutyCycleAns' }) },
  [CID.RXParamSetup]: {
    payloadBytes: 1,
    read: (p) => ({
      name: 'RXParamSetupAns',
      rx1DrOffsetOk: bit(p, 2),
      rx2DataRateOk: bit(p, 1),
      channelOk: bit(p, 0),
    }),
  },
  [CID.DevStatus]: {
    payloadBytes: 2,
    // Section 5.5: the margin is a signed 6-bit integer.
    read: (p) => ({ name: 'DevStatusAns', battery: p.readUInt8(0), marginDb: (p.readUInt8(1) << 26) >> 26 }),
  },
  [CID.NewChannel]: {
    payloadBytes: 1,
    read: (p) => ({ name: 'NewChannelAns', dataRateRangeOk: bit(p, 1), frequencyOk: bit(p, 0) }),
  },
  [CID.RXTimingSetup]: { payloadBytes: 0, read: () => ({ name: 'RXTimingSetupAns' }) },
  [CID.TxParamSetup]: { payloadBytes: 0, read: () => ({ name: 'TxParamSetupAns' }) },
  [CID.DlChannel]: {
    payloadBytes: 1,
    read: (p) => ({ name: 'DlChannelAns', uplinkFrequencyExists: bit(p, 1), frequencyOk: bit(p, 0) }),
  },
  [CID.DeviceTime]: { payloadBytes: 0, read: () => ({ name: 'DeviceTimeReq' }) },
};

export interface DeviceCommands {
  commands: DeviceCommand[];
  /** Why the rest of the bytes was left unread. */
  unread?: 'unknown' | 'truncated' | 'version 1.1';
}

export function parseDeviceCommands(bytes: Buffer): DeviceCommands {
  const commands: DeviceCommand[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const cid = bytes.readUInt8(offset);
    const layout = FROM_DEVICE[cid];
    if (!layout) return { commands, unread: CIDS_OF_1_1.includes(cid) ? 'version 1.1' : 'unknown' };
    const end = offset + 1 + layout.payloadBytes;
    if (end > bytes.length) return { commands, unread: 'truncated' };
    commands.push(layout.read(bytes.subarray(offset + 1, end)));
    offset = end;
  }
  return { commands };
}

export function encodeNetworkCommand(command: NetworkCommand): Buffer {
  switch (command.name) {
    case 'LinkCheckAns':
      return Buffer.of(CID.LinkCheck, clamp(command.marginDb, 0, 254), clamp(command.gatewayCount, 0, 255));
    case 'LinkADRReq': {
      const bytes = Buffer.of(CID.LinkADR, (command.dataRate << 4) | command.txPower, 0, 0, 0);
      bytes.writeUInt16LE(command.channelMask, 2);
      bytes.writeUInt8((command.channelMaskControl << 4) | command.transmissions, 4);
      return bytes;
    }
    case 'DutyCycleReq':
      return Buffer.of(CID.DutyCycle, command.maxDutyCycle & 0x0f);
    case 'RXParamSetupReq':
      return withFrequency([CID.RXParamSetup, (command.rx1DrOffset << 4) | command.rx2DataRate], command.frequencyHz);
    case 'DevStatusReq':
      return Buffer.of(CID.DevStatus);
    case 'NewChannelReq': {
      const head = withFrequency([CID.NewChannel, command.channel], command.frequencyHz);
      return Buffer.concat([head, Buffer.of((command.maxDataRate << 4) | command.minDataRate)]);
    }
    case 'RXTimingSetupReq':
      return Buffer.of(CID.RXTimingSetup, command.delaySeconds & 0x0f);
    case 'TxParamSetupReq': {
      const dwell = (command.downlinkDwell ? 0x20 : 0) | (command.uplinkDwell ? 0x10 : 0);
      return Buffer.of(CID.TxParamSetup, dwell | (command.maxEirp & 0x0f));
    }
    case 'DlChannelReq':
      return withFrequency([CID.DlChannel, command.channel], command.frequencyHz);
    case 'DeviceTimeAns': {
      const bytes = Buffer.alloc(6);
      bytes.writeUInt8(CID.DeviceTime, 0);
      const seconds = Math.floor(command.gpsSeconds);
      bytes.writeUInt32LE(seconds, 1);
      // Section 5.9: the fraction is in steps of 2^-8 s.
      bytes.writeUInt8(Math.floor((command.gpsSeconds - seconds) * 256), 5);
      return bytes;
    }
  }
}

/** Frequencies travel in steps of 100 Hz, 24 bits. */
function withFrequency(head: number[], frequencyHz: number): Buffer {
  const bytes = Buffer.alloc(head.length + 3);
  bytes.set(head);
  bytes.writeUIntLE(Math.round(frequencyHz / 100), head.length, 3);
  return bytes;
}

function bit(payload: Buffer, index: number): boolean {
  return ((payload.readUInt8(0) >> index) & 1) === 1;
}

function clamp(value: number, minimum: number, maximum: number): number {
  return Math.min(maximum, Math.max(minimum, Math.round(value)));
}
