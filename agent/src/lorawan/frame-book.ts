import type { ErrorCode } from '@vigie/contract';
import type { BoundedLog } from '../bounded-log.ts';
import type { Clock } from '../clock.ts';
import type { Stage } from '../ledger.ts';
import { type DiaryLine, FrameDiary } from './frame-diary.ts';
import type { Device } from './network-server/device.ts';

export interface FrameBookOptions {
  clock: Clock;
  /** Where frames are counted. */
  stage: Stage;
  log: BoundedLog;
}

/** What became of each frame: in the ledger, in the diary that people read and, where it is out of the ordinary, in the log. */
export class FrameBook {
  readonly #options: FrameBookOptions;
  readonly diary = new FrameDiary();

  constructor(options: FrameBookOptions) {
    this.#options = options;
  }

  note(kind: DiaryLine['kind'], device: Device, text: string | (() => string)): void {
    this.diary.write({ at: this.#options.clock.now(), kind, device: device.config.id, text });
  }

  /** What should have been a frame, or stood beside one, and could not be read at the door. */
  unread(detail: string): void {
    const line = { kind: 'refused', code: 'LORAWAN_FRAME_INVALID', text: detail } as const;
    this.diary.write({ at: this.#options.clock.now(), ...line });
  }

  drop(code: ErrorCode, fields: { device?: string | undefined; detail?: string | undefined } = {}): void {
    const { clock, stage, log } = this.#options;
    stage.drop(code);
    const { device, detail } = fields;
    const who = device === undefined ? {} : { device };
    this.diary.write({ at: clock.now(), kind: 'refused', code, text: detail ?? '', ...who });
    if (!QUIET.has(code)) log.warn(code, fields);
  }
}

/** What happens all day long on a healthy radio network. */
const QUIET: ReadonlySet<string> = new Set([
  'LORAWAN_DUPLICATE',
  'LORAWAN_RETRANSMISSION',
  'LORAWAN_DEVICE_UNKNOWN',
  'LORAWAN_NO_PAYLOAD',
  'LORAWAN_HEARD_ELSEWHERE',
  'LORAWAN_HOME_ELSEWHERE',
]);
