import type { ErrorCode } from '@vigie/contract';
import type { UplinkDecision } from './network-server/network-server.ts';
import { dataRateName } from './radio.ts';

/** One line of what happens on the air, in words that a technician can read. Never holds a key or a payload. */
export interface DiaryLine {
  /** Rises by one from line to line, from 1 at the start of the agent. */
  number: number;
  /** Epoch milliseconds. */
  at: number;
  kind: 'join' | 'up' | 'down' | 'refused';
  device?: string;
  text: string;
  /** Why a frame was refused. */
  code?: ErrorCode;
}

const LINES = 200;

/** The last lines. */
export class FrameDiary {
  readonly #lines: DiaryLine[] = [];
  #written = 0;

  write(line: Omit<DiaryLine, 'number'>): void {
    this.#written += 1;
    this.#lines.push({ number: this.#written, ...line });
    if (this.#lines.length > LINES) this.#lines.shift();
  }

  /** Oldest first. */
  lines(): readonly DiaryLine[] {
    return this.#lines;
  }
}

/** An accepted uplink in words. */
export function describeUplink({ fCnt, confirmed, ack, payload, commands, reception }: UplinkDecision): string {
  const link = payload?.link;
  return [
    `${confirmed ? 'confirmed' : 'unconfirmed'} uplink ${fCnt}`,
    ...(payload ? [`${payload.bytes.length} bytes on FPort ${payload.fPort}`] : ['no payload']),
    `${dataRateName(reception.dataRate)} at ${reception.frequencyHz / 1e6} MHz`,
    ...(link ? [`SNR ${link.snrDb} dB`, `RSSI ${link.rssiDbm} dBm`, `${link.receptions} antennas`] : []),
    ...(ack ? ['acknowledges the last downlink'] : []),
    ...commands.map(({ name }) => name),
  ].join(', ');
}
