/** What a definition needs to know of one device: the weight of its pulses, the ratio of its transformers, the height of a tank. */
export interface ParameterSpec {
  title: string;
  /** The same in French. */
  titleFr: string;
  type: 'number' | 'choice' | 'boolean';
  /** UCUM. */
  unit?: string;
  minimum?: number;
  maximum?: number;
  integer?: boolean;
  choices?: readonly string[];
  /** Where nobody says otherwise. Without one, readings that need the parameter are left out until it is given. */
  default?: ParameterValue;
}

export type ParameterValue = number | string | boolean;
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** What is wrong with the parameters of a device, a sentence each, by the name of the parameter. */
export function problemsOfParameters(
  specs: Readonly<Record<string, ParameterSpec>> = {},
  given: ParameterValues = {},
): { name: string; message: string }[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec) return [{ name, message: `the model has no parameter ${name}` }];
    const message = problemOf(spec, value);
    return message === undefined ? [] : [{ name, message }];
  });
}

function problemOf(
  { type, choices, minimum, maximum, integer }: ParameterSpec,
  value: ParameterValue,
): string | undefined {
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'must be true or false';
  if (type === 'choice') {
    return typeof value === 'string' && choices?.includes(value) ? undefined : `must be one of ${choices?.join(', ')}`;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
  if (integer && !Number.isInteger(value)) return 'must be a whole number';
  if (minimum !== undefined && value < minimum) return `must be at least ${minimum}`;
  return maximum !== undefined && value > maximum ? `must be at most ${maximum}` : undefined;
}

/** The value of a parameter for one device. */
export function parameterOf(
  specs: Readonly<Record<string, ParameterSpec>> | undefined,
  given: ParameterValues | undefined,
  name: string,
): ParameterValue | undefined {
  return given?.[name] ?? specs?.[name]?.default;
}
