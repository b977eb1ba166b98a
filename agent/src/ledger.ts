import { Stage, type StageLedger } from '@vigie/contract';

export { imbalanceOf, Stage } from '@vigie/contract';

/** All stages of the agent by name. */
export class Ledger {
  readonly #stages = new Map<string, Stage>();

  stage(name: string): Stage {
    const known = this.#stages.get(name);
    if (known) return known;
    const fresh = new Stage(name);
    this.#stages.set(name, fresh);
    return fresh;
  }

  snapshot(): Record<string, StageLedger> {
    return Object.fromEntries([...this.#stages].map(([name, stage]) => [name, stage.snapshot()]));
  }
}
