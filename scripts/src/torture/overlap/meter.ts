import type { LorawanDeviceConfig } from '@vigie/contract';
import { RadioDevice, type ReceivedDownlink } from '../../../../agent/test/lorawan/radio-device.ts';

const JOIN_ACCEPT = 1;
const VOLUME_PORT = 2;
const LINK_CHECK_REQ = 0x02;

/** A water meter whose every message says another number, so that each is known wherever it turns up. */
export class Meter {
  readonly radio: RadioDevice;
  readonly id: string;
  readonly isOtaa: boolean;
  readonly downlinks: ReceivedDownlink[] = [];
  /** Sessions that were joined. */
  joins = 0;

  constructor(seed: number, mode: 'abp' | 'otaa') {
    this.isOtaa = mode === 'otaa';
    this.radio = this.isOtaa ? new RadioDevice(seed) : RadioDevice.abp(seed);
    this.id = `meter-${seed}`;
  }

  get config(): LorawanDeviceConfig {
    const { devEui, devAddr, nwkSKey, appSKey, joinEui, appKey } = this.radio;
    const activation = this.isOtaa
      ? ({ mode: 'otaa', joinEui, appKey } as const)
      : ({ mode: 'abp', devAddr, nwkSKey, appSKey } as const);
    const lorawan = { devEui, macVersion: '1.0.3', class: 'A', activation } as const;
    return { id: this.id, model: 'talkpool/oy1320', lorawan };
  }

  /** A frame that says this volume; with `asks` the gateway is asked for an answer. */
  frame(volume: number, { confirmed = false, asks = false } = {}): Buffer {
    const payload = Buffer.alloc(6);
    payload.writeUInt16BE(0x0121);
    payload.writeUInt32BE(volume, 2);
    const fOpts = Buffer.of(LINK_CHECK_REQ);
    return this.radio.uplink({ fPort: VOLUME_PORT, payload, confirmed, ...(asks && { fOpts }) });
  }

  /** What a gateway sent; true where the device takes it. */
  hear(phyPayload: Buffer): boolean {
    if (phyPayload.readUInt8(0) >> 5 === JOIN_ACCEPT || this.radio.devAddr === '') return false;
    const downlink = this.radio.receive(phyPayload);
    if (downlink) this.downlinks.push(downlink);
    return downlink !== undefined;
  }
}

export function isJoinAccept(phyPayload: Buffer): boolean {
  return phyPayload.readUInt8(0) >> 5 === JOIN_ACCEPT;
}
