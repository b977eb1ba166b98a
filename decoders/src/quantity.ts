/** gauge: momentary value; counter: only rises, in whole steps; delta: amount since the message before; state: a word. */
export type QuantityKind = 'gauge' | 'counter' | 'delta' | 'state' | 'time';

/**
 * public: may be published as it is. operational: concerns the running of the network. personal: tells of the people
 * in a home when the device hangs on one (GDPR; load curves are personal data), so it is published only in aggregate.
 */
export type PrivacyClass = 'public' | 'operational' | 'personal';

/** An attribute of a Smart Data Model; `unit` is the unit there (UCUM), `channels` the attributes of single channels. */
export interface SmartDataModelAttribute {
  entity: string;
  attribute?: string;
  unit: string;
  channels?: Readonly<Record<string, string>>;
}

/** One line of the vocabulary. Per-phase, per-tariff and per-lamp values share a quantity and differ by channel. */
export interface Quantity {
  title: string;
  /** UCUM; empty for states and times. */
  unit: string;
  kind: QuantityKind;
  /** Of a counter: the step in which it counts; 1 where absent. Records from before it was named hold whole units. */
  resolution?: number;
  /** Outside of these a value is delivered as uncertain. */
  minimum?: number;
  maximum?: number;
  /** All words of a state; absent where the words are the device's own (a tariff's name). */
  states?: readonly string[];
  privacy: PrivacyClass;
  smartDataModel?: SmartDataModelAttribute;
  /** SensorThings ObservedProperty: name of a QUDT quantity kind where one fits. */
  observedProperty?: string;
}

type Extra = Partial<Omit<Quantity, 'title' | 'unit' | 'kind'>> & { bounds?: readonly [number, number] };

export function gauge(unit: string, title: string, extra: Extra = {}): Quantity {
  return quantity('gauge', unit, title, extra);
}

/** A multiple of its `resolution` that only rises until it rolls over or is reset. */
export function counter(unit: string, title: string, extra: Extra = {}): Quantity {
  return quantity('counter', unit, title, { bounds: [0, Number.MAX_SAFE_INTEGER], ...extra });
}

export function delta(unit: string, title: string, extra: Extra = {}): Quantity {
  return quantity('delta', unit, title, { bounds: [0, 1_000_000], ...extra });
}

/** Without words, the words are the device's own. */
export function state(title: string, states?: readonly string[], extra: Extra = {}): Quantity {
  return quantity('state', '', title, states === undefined ? extra : { states, ...extra });
}

export function time(title: string, extra: Extra = {}): Quantity {
  return quantity('time', '', title, extra);
}

/** `Entity.attribute`, `Entity` alone where only channels have attributes; a channel pattern such as `phaseVoltage.{L1,L2,L3}`. */
export function sdm(path: string, unit: string, channels?: Readonly<Record<string, string>>): SmartDataModelAttribute {
  const dot = path.indexOf('.');
  return {
    entity: dot < 0 ? path : path.slice(0, dot),
    ...(dot < 0 ? {} : { attribute: path.slice(dot + 1) }),
    unit,
    ...(channels === undefined ? {} : { channels }),
  };
}

/** The attribute of each phase: `perPhase('current')` gives `{L1: 'current.L1', …}`. */
export function perPhase(attribute: string, phases: readonly string[] = ['L1', 'L2', 'L3']): Record<string, string> {
  return Object.fromEntries(phases.map((phase) => [phase, `${attribute}.${phase}`]));
}

/** The cabinet's model names the phases R, S and T. */
export function perPhaseRst(attribute: string): Record<string, string> {
  return { L1: `${attribute}R`, L2: `${attribute}S`, L3: `${attribute}T` };
}

function quantity(kind: QuantityKind, unit: string, title: string, { bounds, ...extra }: Extra): Quantity {
  return {
    title,
    unit,
    kind,
    ...(bounds === undefined ? {} : { minimum: bounds[0], maximum: bounds[1] }),
    privacy: 'public',
    ...extra,
  };
}
