import { replyLength } from './pdu.ts';
import { SerialFraming } from './serial-framing.ts';

const COLON = 0x3a;
const CR = 0x0d;
const LF = 0x0a;
/** Unit identifier and LRC. */
const OVERHEAD_BYTES = 2;

/** ASCII frames (Modbus over Serial Line V1.02 section 2.5.2): a colon, two hexadecimal digits a byte, LRC, CR LF. */
export class AsciiFraming extends SerialFraming {
  protected encode(unit: number, pdu: Uint8Array): Uint8Array {
    return encodeAscii(unit, pdu);
  }

  protected search(bytes: Uint8Array, unit: number, request: Uint8Array): Uint8Array | 'corrupt' | undefined {
    let corrupt = false;
    for (let at = bytes.indexOf(COLON); at >= 0; at = bytes.indexOf(COLON, at + 1)) {
      const end = bytes.indexOf(CR, at);
      if (end < 0 || bytes[end + 1] !== LF) continue;
      const content = bytesOfDigits(bytes.subarray(at + 1, end));
      if (!content || content.length <= OVERHEAD_BYTES || lrcOf(content) !== 0) {
        corrupt = true;
        continue;
      }
      const pdu = content.subarray(1, -1);
      if (content[0] !== unit || replyLength(request, pdu, 0, pdu.length) !== pdu.length) continue;
      return Uint8Array.from(pdu);
    }
    return corrupt ? 'corrupt' : undefined;
  }
}

export function encodeAscii(unit: number, pdu: Uint8Array): Uint8Array {
  const content = Uint8Array.of(unit, ...pdu);
  const digits = Buffer.from([...content, -lrcOf(content) & 0xff])
    .toString('hex')
    .toUpperCase();
  return Buffer.from(`:${digits}\r\n`, 'latin1');
}

/** Sum of all bytes; with the LRC among them it is zero (section 6.2.1). */
function lrcOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);
}

function bytesOfDigits(digits: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(digits).toString('latin1');
  return text.length % 2 === 0 && /^[0-9A-Fa-f]+$/.test(text) ? Buffer.from(text, 'hex') : undefined;
}
