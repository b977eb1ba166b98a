import { crc16 } from './crc16.ts';
import { replyLength } from './pdu.ts';
import { SerialFraming } from './serial-framing.ts';

const CRC_BYTES = 2;

/**
 * RTU frames (Modbus over Serial Line V1.02 section 2.5.1). They carry neither length nor transaction: the answer is
 * the first run of bytes with the unit, function, byte count and CRC that the request leads to. Adapters tear and glue
 * bytes, so silence does not delimit frames here; it only tells that a damaged one will not be completed.
 */
export class RtuFraming extends SerialFraming {
  protected encode(unit: number, pdu: Uint8Array): Uint8Array {
    return encodeRtu(unit, pdu);
  }

  protected search(bytes: Uint8Array, unit: number, request: Uint8Array): Uint8Array | 'corrupt' | undefined {
    let corrupt = false;
    for (let at = 0; at < bytes.length; at += 1) {
      if (bytes[at] !== unit) continue;
      const length = replyLength(request, bytes, at + 1, bytes.length);
      if (length === 'foreign') continue;
      if (length === undefined || at + 1 + length + CRC_BYTES > bytes.length) continue;
      if (hasCrc(bytes, at, at + 1 + length)) return bytes.slice(at + 1, at + 1 + length);
      corrupt = true;
    }
    return corrupt ? 'corrupt' : undefined;
  }
}

export function encodeRtu(unit: number, pdu: Uint8Array): Uint8Array {
  const frame = new Uint8Array(1 + pdu.length + CRC_BYTES);
  frame[0] = unit;
  frame.set(pdu, 1);
  const crc = crc16(frame, 0, 1 + pdu.length);
  // Section 6.2.2: the only little-endian field of Modbus.
  frame[1 + pdu.length] = crc & 0xff;
  frame[2 + pdu.length] = crc >> 8;
  return frame;
}

function hasCrc(bytes: Uint8Array, start: number, end: number): boolean {
  const crc = crc16(bytes, start, end);
  return bytes[end] === (crc & 0xff) && bytes[end + 1] === crc >> 8;
}
