/** A join-request as one gateway heard it. */
export interface HeardRequest {
  /** The device that made it. */
  device: string;
  /** Sent by the attacker: it had been answered before. */
  isReplay: boolean;
  phyPayload: Buffer;
}

export interface JoinJudgeParts {
  /** Id of the gateway that is the home of a device. */
  homeOf(device: string): string | undefined;
  isServerAlive(): boolean;
  tell(line: string): void;
}

/** A Join-accept is sent so long after its request, in either window (LoRaWAN regional parameters, JOIN_ACCEPT_DELAY). */
const WINDOWS_US = [5_000_000, 6_000_000];

/**
 * Tells of each join-accept which reception it answers: its time to be sent says so. Then it is plain whether a replay
 * was accepted, and whether the gateway had any business to answer.
 */
export class JoinJudge {
  readonly #parts: JoinJudgeParts;
  readonly #heard = new Map<string, HeardRequest & { wasInTouch: boolean }>();
  /** Join-accepts that answer a replay, or nothing at all. */
  replaysAccepted = 0;
  /** Answered by a gateway that could not know that it is the home no more: the server, or the way to it, was down. */
  formerHomes = 0;
  /** The same with the server up. */
  wrongHomes = 0;

  constructor(parts: JoinJudgeParts) {
    this.#parts = parts;
  }

  heard({ id, isInTouch }: { id: string; isInTouch: boolean }, counterUs: number, request: HeardRequest): void {
    this.#heard.set(keyOf(id, counterUs), { ...request, wasInTouch: isInTouch });
  }

  /** The request that a gateway's join-accept answers. */
  judge({ id }: { id: string }, sendAtUs: number | undefined): HeardRequest | undefined {
    const keys = WINDOWS_US.map((delayUs) => keyOf(id, ((sendAtUs ?? 0) - delayUs + 2 ** 32) % 2 ** 32));
    const request = keys.map((key) => this.#heard.get(key)).find((known) => known !== undefined);
    if (!request) {
      this.replaysAccepted += 1;
      this.#parts.tell(`a join-accept of ${id} answers nothing that it heard`);
      return undefined;
    }
    const { device, isReplay, wasInTouch } = request;
    const what = isReplay ? 'replayed request' : 'request';
    if (this.#parts.homeOf(device) === id) {
      if (!isReplay) return request;
      this.replaysAccepted += 1;
      this.#parts.tell(`${id} answered a ${what} of ${device}`);
    } else if (wasInTouch && this.#parts.isServerAlive()) {
      this.wrongHomes += 1;
      this.#parts.tell(`${id}, which is not the home, answered a ${what} of ${device}`);
    } else {
      this.formerHomes += 1;
    }
    return request;
  }
}

function keyOf(gateway: string, counterUs: number): string {
  return `${gateway}/${counterUs}`;
}
