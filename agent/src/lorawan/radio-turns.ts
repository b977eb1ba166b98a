interface Turn {
  /** Resolves to how long the radio is still busy afterwards. */
  take(): Promise<number>;
}

/**
 * Frames that are in no hurry leave a gateway one after the other: a radio sends one at a time, and what comes while it
 * does is lost on some gateways and refused by others.
 */
export class RadioTurns {
  readonly #waiting = new Map<string, Turn[]>();

  /** Runs `work` when the gateway's radio is free; `urgent` goes before all that waits. Rejects as `work` does. */
  run<T>(gatewayEui: string, work: () => Promise<{ result: T; busyMs: number }>, { urgent = false } = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const take = async () => {
        try {
          const { result, busyMs } = await work();
          resolve(result);
          return busyMs;
        } catch (error) {
          reject(error);
          return 0;
        }
      };
      const waiting = this.#waiting.get(gatewayEui);
      if (!waiting) {
        this.#waiting.set(gatewayEui, [{ take }]);
        // A turn tells its own failure.
        this.#serve(gatewayEui).catch(reject);
      } else if (urgent) waiting.unshift({ take });
      else waiting.push({ take });
    });
  }

  async #serve(gatewayEui: string): Promise<void> {
    const waiting = this.#waiting.get(gatewayEui) ?? [];
    for (let turn = waiting.shift(); turn; turn = waiting.shift()) {
      const busyMs = await turn.take();
      if (busyMs > 0) await new Promise((resolve) => setTimeout(resolve, busyMs));
    }
    this.#waiting.delete(gatewayEui);
  }
}
