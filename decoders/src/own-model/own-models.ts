import type { ModelConfig, Violation } from '@vigie/contract';
import type { Model } from '../definition.ts';
import { defineModel } from './define-model.ts';

export type OwnModelsOutcome =
  | { ok: true; models: ReadonlyMap<string, Model> }
  /** Paths begin at the document. */
  | { ok: false; violations: Violation[] };

/** The models that a gateway's document brings along, by their id. */
export function ownModels(configs: readonly ModelConfig[] = []): OwnModelsOutcome {
  const models = new Map<string, Model>();
  const violations: Violation[] = [];
  configs.forEach((config, index) => {
    const outcome = defineModel(config);
    if (outcome.ok) models.set(config.id, outcome.model);
    else
      violations.push(...outcome.violations.map(({ path, message }) => ({ path: `/models/${index}${path}`, message })));
  });
  return violations.length === 0 ? { ok: true, models } : { ok: false, violations };
}
