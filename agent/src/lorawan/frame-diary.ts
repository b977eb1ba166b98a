import type { ErrorCode, RadioLink } from '@vigie/contract';
import type { UplinkDecision } from './network-server/decision.ts';
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

type WrittenLine = Omit<DiaryLine, 'number' | 'text'> & { text: string | (() => string) };

/** The last lines. A text that is a function is made when somebody reads it. */
export class FrameDiary {
  readonly #lines: (WrittenLine | undefined)[] = [];
  #written = 0;

  write(line: WrittenLine): void {
    this.#lines[this.#written % LINES] = line;
    this.#written += 1;
  }

  /** Oldest first. */
  lines(): DiaryLine[] {
    const first = Math.max(0, this.#written - LINES);
    return Array.from({ length: this.#written - first }, (_, index) => first + index).flatMap((place) => {
      const line = this.#lines[place % LINES];
      if (!line) return [];
      const text = typeof line.text === 'string' ? line.text : line.text();
      return [{ number: place + 1, ...line, text }];
    });
  }
}

/** What came with which link, in words. */
export function describeLink(
  { dataRate, frequencyHz, snrDb, rssiDbm, receptions }: RadioLink,
  fPort: number,
  bytes: number,
) {
  return [
    `${bytes} bytes on FPort ${fPort}`,
    `${dataRate} at ${frequencyHz / 1e6} MHz`,
    `SNR ${snrDb} dB`,
    `RSSI ${rssiDbm} dBm`,
    `${receptions} antennas`,
  ];
}

/** An accepted uplink in words, when somebody wants to read them. Holds on to no frame until then. */
export function describeUplink({ fCnt, confirmed, ack, payload, commands, reception }: UplinkDecision): () => string {
  const { dataRate, frequencyHz } = reception;
  const { link, fPort } = payload ?? {};
  const bytes = payload?.bytes.length;
  return () =>
    [
      `${confirmed ? 'confirmed' : 'unconfirmed'} uplink ${fCnt}`,
      ...(link && fPort !== undefined
        ? describeLink(link, fPort, bytes ?? 0)
        : ['no payload', `${dataRateName(dataRate)} at ${frequencyHz / 1e6} MHz`]),
      ...(ack ? ['acknowledges the last downlink'] : []),
      ...commands.map(({ name }) => name),
    ].join(', ');
}
