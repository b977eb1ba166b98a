/** What a device was told by MAC commands, and heeds (LoRaWAN 1.0.4, chapter 5; EU868). */
export interface MacState {
  /** Undefined: the device chooses its rate by itself. */
  dataRate: number | undefined;
  rx1DelaySeconds: number;
  rx2: { frequencyHz: number; dataRate: number };
}

export interface MacAnswers {
  /** For the next uplink. */
  once: Buffer;
  /** For every uplink until a downlink comes (sections 5.4, 5.6 and 5.7). */
  sticky: Buffer;
}

/** Bytes of each request after its identifier; a device reads on no further than what it knows. */
const REQUEST_BYTES: Readonly<Record<number, number>> = {
  2: 2,
  3: 4,
  4: 1,
  5: 4,
  6: 0,
  7: 5,
  8: 1,
  9: 1,
  10: 4,
  13: 5,
};
const BATTERY_UNKNOWN = 255;
const MARGIN_DB = 10;

/** Obeys all that a downlink's FOpts ask, as a device does that can do everything. */
export function obey(fOpts: Buffer, state: MacState): MacAnswers {
  const once: number[] = [];
  const sticky: number[] = [];
  for (let at = 0; at < fOpts.length; ) {
    const cid = fOpts.readUInt8(at);
    const length = REQUEST_BYTES[cid];
    if (length === undefined || at + 1 + length > fOpts.length) break;
    const body = fOpts.subarray(at + 1, at + 1 + length);
    at += 1 + length;
    if (cid === 3) {
      state.dataRate = body.readUInt8(0) >> 4;
      once.push(3, 0b111);
    } else if (cid === 4) once.push(4);
    else if (cid === 5) {
      state.rx2 = { dataRate: body.readUInt8(0) & 0x0f, frequencyHz: body.readUIntLE(1, 3) * 100 };
      sticky.push(5, 0b111);
    } else if (cid === 6) once.push(6, BATTERY_UNKNOWN, MARGIN_DB);
    else if (cid === 7) once.push(7, 0b11);
    else if (cid === 8) {
      state.rx1DelaySeconds = Math.max(1, body.readUInt8(0) & 0x0f);
      sticky.push(8);
    } else if (cid === 10) sticky.push(10, 0b11);
  }
  return { once: Buffer.from(once), sticky: Buffer.from(sticky) };
}
