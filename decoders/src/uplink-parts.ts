import type { DecodeOutcome, LorawanDefinition, UplinkInput } from './definition.ts';

interface Begun {
  fCnt: number;
  content: Uint8Array;
}

/** Longer than any telegram that a bridge can hear. */
const LONGEST_MESSAGE_BYTES = 512;

/** Puts the messages together that devices split into several frames; one instance for all devices of a gateway. */
export class UplinkParts {
  readonly #begun = new Map<string, Begun>();

  /**
   * Decodes a frame, or the message whose last part it is. DECODE_PART while parts are still to come, and
   * DECODE_PART_MISSING when frame counters (`fCnt`) in a row have a hole.
   */
  decode(device: string, fCnt: number, definition: LorawanDefinition, input: UplinkInput): DecodeOutcome {
    const part = definition.partOf?.(input);
    if (!part) return definition.decodeUplink(input);
    const before = part.first ? undefined : this.#begun.get(device);
    this.#begun.delete(device);
    if (!part.first && before?.fCnt !== fCnt - 1) return missing(fCnt);
    const content = before ? joined(before.content, part.content) : part.content;
    if (content.length > LONGEST_MESSAGE_BYTES) return missing(fCnt);
    if (part.last) return definition.decodeUplink({ ...input, bytes: content, fPort: part.wholePort });
    this.#begun.set(device, { fCnt, content });
    return { ok: false, code: 'DECODE_PART', message: `frame ${fCnt} is not the last part of its message` };
  }
}

function missing(fCnt: number): DecodeOutcome {
  return { ok: false, code: 'DECODE_PART_MISSING', message: `parts before frame ${fCnt} were not heard` };
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
