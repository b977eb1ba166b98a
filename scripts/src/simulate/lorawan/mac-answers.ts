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
const LINK_ADR = 3;
const BATTERY_UNKNOWN = 255;
const MARGIN_DB = 10;
const NOTHING: MacAnswers = { once: Buffer.alloc(0), sticky: Buffer.alloc(0) };

/** What a device will not do; absent is no limit. */
export interface MacLimits {
  /** TXPower from the most to the least that its transmitter knows. */
  txPowers?: readonly [first: number, last: number];
  /** It knows no other channels than those that it uses. */
  channels?: true;
  /** It reads requests and says nothing. */
  answers?: true;
}

/** Obeys what a downlink's commands ask, as far as the device can. */
export function obey(commands: Buffer, state: MacState, limits: MacLimits = {}): MacAnswers {
  const once: number[] = [];
  const sticky: number[] = [];
  let block: Buffer[] = [];
  const endBlock = () => {
    once.push(...takeLinkAdr(block, state, limits));
    block = [];
  };
  for (let at = 0; at < commands.length; ) {
    const cid = commands.readUInt8(at);
    const length = REQUEST_BYTES[cid];
    if (length === undefined || at + 1 + length > commands.length) break;
    const body = commands.subarray(at + 1, at + 1 + length);
    at += 1 + length;
    if (cid === LINK_ADR) {
      block.push(body);
      continue;
    }
    endBlock();
    if (cid === 4) once.push(4);
    else if (cid === 5) {
      state.rx2 = { dataRate: body.readUInt8(0) & 0x0f, frequencyHz: body.readUIntLE(1, 3) * 100 };
      sticky.push(5, 0b111);
    } else if (cid === 6) once.push(6, BATTERY_UNKNOWN, MARGIN_DB);
    else if (cid === 7) once.push(7, limits.channels ? 0b10 : 0b11);
    else if (cid === 8) {
      state.rx1DelaySeconds = Math.max(1, body.readUInt8(0) & 0x0f);
      sticky.push(8);
    } else if (cid === 10) sticky.push(10, 0b11);
  }
  endBlock();
  return limits.answers ? NOTHING : { once: Buffer.from(once), sticky: Buffer.from(sticky) };
}

/** Requests that follow each other are taken or refused as one (section 5.2); the last one's data rate and power count. */
function takeLinkAdr(block: readonly Buffer[], state: MacState, limits: MacLimits): number[] {
  const last = block.at(-1)?.readUInt8(0);
  if (last === undefined) return [];
  const [first, lowest] = limits.txPowers ?? [0, 15];
  const txPower = last & 0x0f;
  const powerOk = txPower >= first && txPower <= lowest;
  const bits = (powerOk ? 0b100 : 0) | 0b010 | (limits.channels ? 0 : 0b001);
  if (bits === 0b111) state.dataRate = last >> 4;
  return block.flatMap(() => [LINK_ADR, bits]);
}
