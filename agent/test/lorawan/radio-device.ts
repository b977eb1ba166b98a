import loraPacketModule from 'lora-packet';

// Its types say that the functions are one level deeper than Node finds them.
const loraPacket = loraPacketModule as unknown as typeof loraPacketModule.default;

type Packet = ReturnType<typeof loraPacket.fromWire>;

export interface UplinkContent {
  fPort?: number;
  payload?: Buffer;
  confirmed?: boolean;
  ack?: boolean;
  adrAckReq?: boolean;
  fOpts?: Buffer;
  adr?: boolean;
}

export interface ReceivedDownlink {
  fCnt: number;
  ack: boolean;
  fPending: boolean;
  confirmed: boolean;
  fPort: number | null;
  fOpts: Buffer;
  payload: Buffer;
}

/** A LoRaWAN 1.0 device whose every byte is made and read by lora-packet, which knows nothing of the agent. */
export class RadioDevice {
  readonly devEui: string;
  readonly joinEui: string;
  readonly appKey: string;
  devAddr = '';
  nwkSKey = '';
  appSKey = '';
  fCntUp = 0;
  /** The last downlink counter, as a device keeps it against replays. */
  fCntDown = -1;
  devNonce = 0;

  constructor(seed: number) {
    const id = seed.toString(16).padStart(6, '0');
    this.devEui = `70b3d57ed0${id}`;
    this.joinEui = '70b3d57ed0ffffff';
    this.appKey = `00112233445566778899aabbcc${id}`;
  }

  static abp(seed: number): RadioDevice {
    const device = new RadioDevice(seed);
    const id = seed.toString(16).padStart(6, '0');
    device.devAddr = `01${id}`;
    device.nwkSKey = `a0112233445566778899aabbcc${id}`;
    device.appSKey = `b0112233445566778899aabbcc${id}`;
    return device;
  }

  joinRequest(devNonce = ++this.devNonce): Buffer {
    const packet = loraPacket.fromFields(
      {
        MType: 'Join Request',
        AppEUI: hex(this.joinEui),
        DevEUI: hex(this.devEui),
        DevNonce: Buffer.of(devNonce >> 8, devNonce & 0xff),
      },
      undefined,
      undefined,
      hex(this.appKey),
    );
    this.devNonce = devNonce;
    return wire(packet);
  }

  /** Reads a Join-accept that answers the last request; throws when it is not for this device. */
  acceptJoin(phyPayload: Buffer): { cfList: Buffer; rxDelay: number | null } {
    const appKey = hex(this.appKey);
    const clear = loraPacket.decryptJoinAccept(loraPacket.fromWire(phyPayload), appKey);
    const packet = loraPacket.fromWire(clear);
    if (!loraPacket.verifyMIC(packet, undefined, appKey)) throw new Error('Join-accept with a wrong MIC');
    const nonce = Buffer.of(this.devNonce >> 8, this.devNonce & 0xff);
    const keys = loraPacket.generateSessionKeys(appKey, field(packet.NetID), field(packet.AppNonce), nonce);
    this.nwkSKey = keys.NwkSKey.toString('hex');
    this.appSKey = keys.AppSKey.toString('hex');
    this.devAddr = field(packet.DevAddr).toString('hex');
    this.fCntUp = 0;
    this.fCntDown = -1;
    return { cfList: packet.CFList ?? Buffer.alloc(0), rxDelay: packet.getRxDelayDel() };
  }

  /** The next uplink; its counter is 32 bits wide as in the standard. */
  uplink(
    { fPort, payload, confirmed, ack, adrAckReq, fOpts, adr }: UplinkContent = { fPort: 1, payload: hex('01') },
  ): Buffer {
    const fCnt = this.fCntUp;
    this.fCntUp += 1;
    const fCntMsb = Buffer.of((fCnt >> 16) & 0xff, (fCnt >> 24) & 0xff);
    const packet = loraPacket.fromFields(
      {
        MType: confirmed ? 'Confirmed Data Up' : 'Unconfirmed Data Up',
        DevAddr: hex(this.devAddr),
        FCtrl: { ADR: adr === true, ADRACKReq: adrAckReq === true, ACK: ack === true, FPending: false },
        FCnt: fCnt & 0xffff,
        ...(fOpts ? { FOpts: fOpts } : {}),
        payload: payload ?? Buffer.alloc(0),
        ...(fPort === undefined ? {} : { FPort: fPort }),
      },
      hex(this.appSKey),
      hex(this.nwkSKey),
      undefined,
      fCntMsb,
    );
    // Of an empty payload it would leave the MIC undone.
    loraPacket.recalculateMIC(packet, hex(this.nwkSKey), undefined, fCntMsb);
    return wire(packet);
  }

  /** Checks MIC and counter as a device does and decrypts; undefined when it must be ignored. */
  receive(phyPayload: Buffer): ReceivedDownlink | undefined {
    const packet = loraPacket.fromWire(phyPayload);
    if (field(packet.DevAddr).toString('hex') !== this.devAddr) return undefined;
    // The next counter above the last with these lower 16 bits (LoRaWAN 1.0.x, section 4.3.1.5).
    const next = this.fCntDown + 1;
    const fCnt = next + (((packet.getFCnt() ?? 0) - next) & 0xffff);
    const fCntMsb = Buffer.of((fCnt >> 16) & 0xff, (fCnt >> 24) & 0xff);
    if (!loraPacket.verifyMIC(packet, hex(this.nwkSKey), undefined, fCntMsb)) return undefined;
    this.fCntDown = fCnt;
    const hasPayload = (packet.FRMPayload?.length ?? 0) > 0;
    return {
      fCnt,
      ack: packet.getFCtrlACK() === true,
      fPending: packet.getFCtrlFPending() === true,
      confirmed: packet.isConfirmed(),
      fPort: packet.getFPort(),
      fOpts: packet.FOpts ?? Buffer.alloc(0),
      payload: hasPayload ? loraPacket.decrypt(packet, hex(this.appSKey), hex(this.nwkSKey), fCntMsb) : Buffer.alloc(0),
    };
  }
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

function field(value: Buffer | undefined): Buffer {
  if (!value) throw new Error('lora-packet gave no such field');
  return value;
}

function wire(packet: Packet): Buffer {
  const bytes = packet.getPHYPayload();
  if (!bytes) throw new Error('lora-packet built nothing');
  return bytes;
}
