import type { LorawanDeviceConfig } from '@vigie/contract';
import { RadioDevice, type ReceivedDownlink } from '../../../../agent/test/lorawan/radio-device.ts';

export interface LampKind {
  mode: 'otaa' | 'abp' | 'multicast';
  macVersion: '1.0.2' | '1.0.3' | '1.0.4';
  class: 'A' | 'C';
  /** Its counter begins here, reached by steps that its network lets through. */
  startsAt?: number;
}

/** What LoRaWAN 1.0.2 and 1.0.3 let a downlink counter jump (section 4.3.1.5); 1.0.4 has no such limit. */
const MAX_FCNT_GAP = 16_384;
const COUNT_PORT = 61;
const GROUP_WINDOW = { frequencyHz: 923_300_000, dataRate: 8 };

/** A lamp controller whose every frame counts another pulse, and which takes orders. */
export class SwapLamp {
  readonly id: string;
  readonly kind: LampKind;
  readonly radio: RadioDevice;
  /** Orders that came, as hexadecimal payloads. */
  readonly orders: string[] = [];
  /** Any downlink that it took. */
  taken = 0;

  constructor(seed: number, kind: LampKind) {
    this.kind = kind;
    this.id = `lamp-${seed}`;
    this.radio = kind.mode === 'otaa' ? new RadioDevice(seed) : RadioDevice.abp(seed);
  }

  get isOtaa(): boolean {
    return this.kind.mode === 'otaa';
  }

  get isGroup(): boolean {
    return this.kind.mode === 'multicast';
  }

  get isClassC(): boolean {
    return this.kind.class === 'C';
  }

  get config(): LorawanDeviceConfig {
    const { mode, macVersion } = this.kind;
    const { devEui, devAddr, nwkSKey, appSKey, joinEui, appKey } = this.radio;
    const keys = { devAddr, nwkSKey, appSKey };
    const activation =
      mode === 'otaa'
        ? ({ mode, joinEui, appKey } as const)
        : mode === 'abp'
          ? ({ mode, ...keys } as const)
          : ({ mode, ...keys, ...GROUP_WINDOW } as const);
    return { id: this.id, model: 'nasys/ul20xx', lorawan: { devEui, macVersion, class: this.kind.class, activation } };
  }

  /** A frame that tells this number of pulses. */
  frame(pulses: number, { confirmed = false } = {}): Buffer {
    const payload = Buffer.alloc(6);
    payload.writeUInt16BE(0x8041);
    payload.writeUInt32LE(pulses, 2);
    return this.radio.uplink({ fPort: COUNT_PORT, payload, confirmed });
  }

  /** What a gateway sent, as a device takes it. */
  hear(phyPayload: Buffer): ReceivedDownlink | undefined {
    if (this.radio.devAddr === '') return undefined;
    const before = this.radio.fCntDown;
    const downlink = this.radio.receive(phyPayload);
    if (!downlink) return undefined;
    if (this.kind.macVersion !== '1.0.4' && before >= 0 && downlink.fCnt - before >= MAX_FCNT_GAP) {
      this.radio.fCntDown = before;
      return undefined;
    }
    this.taken += 1;
    if (downlink.payload.length > 0) this.orders.push(downlink.payload.toString('hex'));
    return downlink;
  }
}
