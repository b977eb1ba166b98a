import { connect } from 'node:tls';
import type { SubscriberOptions } from '../demo/subscriber.ts';

/**
 * A platform at QoS 1 in a process of its own that does as little as one can: a real one would cost more processor than
 * the server that is measured. It counts readings and acknowledges them, and notes how late those are that came live.
 */
export interface SubscriberReport {
  count: number;
  /** Epoch milliseconds of the newest. */
  lastAt: number;
  /** Milliseconds from the gateway's reception to here of live readings since the last report. */
  liveMs: number[];
}

const REPORT_EVERY_MS = 200;
const PUBLISH = 3;
const HISTORICAL = Buffer.from('"historical":true');
const RECEIVED = Buffer.from('"receivedAt":"');

process.on('message', (options: SubscriberOptions) => subscribe(options));
process.on('disconnect', () => process.exit(0));

function subscribe({ port, ca, username, password, tenant }: SubscriberOptions): void {
  const report: SubscriberReport = { count: 0, lastAt: 0, liveMs: [] };
  const socket = connect({ host: '127.0.0.1', port, ca });
  let rest: Buffer = Buffer.alloc(0);
  socket.on('secureConnect', () => {
    // Protocol 3.1.1 with user name, password and a clean session (section 3.1); then one subscription (section 3.8).
    socket.write(packet(0x10, [text('MQTT'), Buffer.of(4, 0xc2, 0, 0), text('bench'), text(username), text(password)]));
    socket.write(packet(0x82, [Buffer.of(0, 1), text(`city/v1/${tenant}/#`), Buffer.of(1)]));
  });
  socket.on('data', (part: Buffer) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, part]) : part;
    rest = bytes.subarray(takePackets(bytes, report, (acknowledgements) => socket.write(acknowledgements)));
  });
  socket.on('close', () => process.exit(1));
  setInterval(() => {
    process.send?.(report);
    report.liveMs = [];
  }, REPORT_EVERY_MS);
}

/** Reads whole packets (MQTT 3.1.1 section 2.2); returns how many bytes they were. */
function takePackets(bytes: Buffer, report: SubscriberReport, acknowledge: (packets: Buffer) => void): number {
  const now = Date.now();
  const acknowledgements: number[] = [];
  let at = 0;
  for (;;) {
    let [length, factor, head] = [0, 1, at + 1];
    let byte = 0x80;
    for (; byte >= 0x80 && head < bytes.length; factor *= 128) {
      byte = bytes[head++] ?? 0;
      length += (byte & 0x7f) * factor;
    }
    if (byte >= 0x80 || head + length > bytes.length) break;
    const first = bytes[at] ?? 0;
    if (first >> 4 === PUBLISH) {
      const topicEnd = head + 2 + bytes.readUInt16BE(head);
      // PUBACK: section 3.4.
      acknowledgements.push(0x40, 2, bytes[topicEnd] ?? 0, bytes[topicEnd + 1] ?? 0);
      report.count += 1;
      report.lastAt = now;
      noteLive(bytes.subarray(topicEnd + 2, head + length), now, report);
    }
    at = head + length;
  }
  if (acknowledgements.length > 0) acknowledge(Buffer.from(acknowledgements));
  return at;
}

function noteLive(payload: Buffer, now: number, report: SubscriberReport): void {
  // The last member of a late reading.
  if (payload.subarray(-1 - HISTORICAL.length, -1).equals(HISTORICAL)) return;
  const from = payload.lastIndexOf(RECEIVED) + RECEIVED.length;
  report.liveMs.push(now - Date.parse(payload.toString('latin1', from, payload.indexOf('"', from))));
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

/** Short ones only: up to 16,383 bytes. */
function packet(type: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.of(type, ...length), body]);
}
