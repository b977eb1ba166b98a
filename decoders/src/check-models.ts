import { describeViolations, type ErrorCode, type GatewayConfig, isLorawanDevice } from '@vigie/contract';
import type { DefinitionCommon } from './definition.ts';
import { ownModels } from './own-model/own-models.ts';
import { problemsOfParameters } from './parameters/parameter.ts';

/** What must be known of a model to say whether a device may have it. */
export type KnownModel = Pick<DefinitionCommon, 'parameters'> & { protocol: 'lorawan' | 'modbus' };
export type FindModel = (id: string) => KnownModel | undefined;

export type ModelProblem = { code: ErrorCode; message: string };

const MAX_NAMED = 10;

/**
 * What is wrong with the models of a document that fits its schema: those that it brings, those that its devices name,
 * and what it says of single devices. Both sides of the wire ask this.
 */
export function problemOfModels({ devices, models }: GatewayConfig, find: FindModel): ModelProblem | undefined {
  const own = ownModels(models);
  if (!own.ok) return { code: 'CONFIG_MODEL_INVALID', message: describeViolations(own.violations) };
  const modelOf = (id: string): KnownModel | undefined => own.models.get(id) ?? find(id);
  const unknown = devices.filter(
    (device) => modelOf(device.model)?.protocol !== (isLorawanDevice(device) ? 'lorawan' : 'modbus'),
  );
  if (unknown.length > 0) {
    const names = unknown.slice(0, MAX_NAMED).map(({ id, model }) => `${id} (${model})`);
    return { code: 'CONFIG_MODEL_UNKNOWN', message: names.join(', ') };
  }
  const wrong = devices.flatMap(({ model, parameters }, index) =>
    problemsOfParameters(modelOf(model)?.parameters, parameters).map(({ name, message }) => ({
      path: `/devices/${index}/parameters/${name}`,
      message,
    })),
  );
  if (wrong.length === 0) return undefined;
  return { code: 'PARAMETER_INVALID', message: describeViolations(wrong.slice(0, MAX_NAMED)) };
}
