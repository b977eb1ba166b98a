/** A publication that was handed to a subscriber and not acknowledged yet. */
interface InFlight {
  messageId: number;
  log: number;
  acknowledged: boolean;
}

const MAX_MESSAGE_ID = 65_535;

/**
 * What is under way to one subscriber at QoS 1, in the order of the log. The position moves past a record only when
 * every publication of it, and of all records before it, was acknowledged.
 */
export class DeliveryWindow {
  readonly #size: number;
  readonly #inFlight: InFlight[] = [];
  readonly #byId = new Map<number, InFlight>();
  #first = 0;
  #nextId = 1;
  #position: number;
  #sentThrough: number;

  constructor(position: number, size: number) {
    this.#position = position;
    this.#sentThrough = position;
    this.#size = size;
  }

  /** Everything up to this id of the log was acknowledged. */
  get position(): number {
    return this.#position;
  }

  get inFlight(): number {
    return this.#byId.size;
  }

  get full(): boolean {
    return this.#byId.size >= this.#size;
  }

  /** Gives the next free packet identifier to a publication of this record. */
  send(log: number): number {
    while (this.#byId.has(this.#nextId)) this.#advanceId();
    const entry = { messageId: this.#nextId, log, acknowledged: false };
    this.#advanceId();
    this.#inFlight.push(entry);
    this.#byId.set(entry.messageId, entry);
    return entry.messageId;
  }

  /** Every record up to this id was handed over (or was not for this subscriber). */
  passed(log: number): void {
    this.#sentThrough = Math.max(this.#sentThrough, log);
    this.#move();
  }

  /** False for an identifier that was never given out. */
  acknowledge(messageId: number): boolean {
    const entry = this.#byId.get(messageId);
    if (!entry) return false;
    entry.acknowledged = true;
    this.#byId.delete(messageId);
    this.#move();
    return true;
  }

  #move(): void {
    while (this.#inFlight[this.#first]?.acknowledged) this.#first += 1;
    const oldest = this.#inFlight[this.#first];
    this.#position = Math.max(this.#position, oldest ? Math.min(oldest.log - 1, this.#sentThrough) : this.#sentThrough);
    if (this.#first > this.#size || !oldest) {
      this.#inFlight.splice(0, this.#first);
      this.#first = 0;
    }
  }

  #advanceId(): void {
    this.#nextId = this.#nextId >= MAX_MESSAGE_ID ? 1 : this.#nextId + 1;
  }
}
