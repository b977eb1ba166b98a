/** The city's time, which may run faster than real time. Device clocks and radio timing stay real. */
export class CityClock {
  readonly #beginCityMs: number;
  readonly #beginRealMs: number;
  readonly #speed: number;

  constructor(beginCityMs: number, speed: number, beginRealMs: number) {
    this.#beginCityMs = beginCityMs;
    this.#speed = speed;
    this.#beginRealMs = beginRealMs;
  }

  /** Epoch milliseconds in the city at a real time. */
  at(realMs: number): number {
    return this.#beginCityMs + (realMs - this.#beginRealMs) * this.#speed;
  }
}
