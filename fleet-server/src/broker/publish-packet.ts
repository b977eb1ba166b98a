export interface PublishPacket {
  topic: string;
  payload: Buffer;
  qos: 0 | 1;
  messageId: number;
  duplicate: boolean;
}

const PUBLISH = 0x30;
const DUP = 0x08;
const QOS_1 = 0x02;

/** Several PUBLISH packets (MQTT 3.1.1, section 3.3) in one buffer: one write, few TLS records. */
export function encodePublishes(packets: readonly PublishPacket[]): Buffer {
  const sizes = packets.map(
    ({ topic, payload, qos }) => 2 + Buffer.byteLength(topic) + (qos === 1 ? 2 : 0) + payload.length,
  );
  const total = sizes.reduce((sum, size) => sum + 1 + lengthBytes(size) + size, 0);
  const buffer = Buffer.allocUnsafe(total);
  let at = 0;
  packets.forEach(({ topic, payload, qos, messageId, duplicate }, index) => {
    buffer[at++] = PUBLISH | (duplicate ? DUP : 0) | (qos === 1 ? QOS_1 : 0);
    at = writeLength(buffer, at, sizes[index] ?? 0);
    const topicBytes = buffer.write(topic, at + 2);
    at = buffer.writeUInt16BE(topicBytes, at) + topicBytes;
    if (qos === 1) at = buffer.writeUInt16BE(messageId, at);
    at += payload.copy(buffer, at);
  });
  return buffer;
}

/** Section 2.2.3: seven bits a byte, least significant first. */
function writeLength(buffer: Buffer, start: number, length: number): number {
  let at = start;
  let rest = length;
  do {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    buffer[at++] = rest > 0 ? digit | 0x80 : digit;
  } while (rest > 0);
  return at;
}

function lengthBytes(length: number): number {
  if (length < 128) return 1;
  if (length < 16_384) return 2;
  return length < 2_097_152 ? 3 : 4;
}
