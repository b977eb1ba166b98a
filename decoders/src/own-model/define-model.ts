import { createHash } from 'node:crypto';
import { type CodecModel, type ModelConfig, type RegisterModel, type Violation, validate } from '@vigie/contract';
import { findDefinition } from '../catalogue.ts';
import type { CodecDefinition, ModbusDefinition, Model, RegisterPoint } from '../definition.ts';
import { DOMAINS, type Domain } from '../definition.ts';
import { widthOf } from '../kernel/register-map.ts';
import { checkMapping } from '../mapping/check-mapping.ts';
import { findQuantity } from '../vocabulary.ts';
import { OwnRegister } from './register-schema.ts';

export type ModelOutcome<M extends Model = Model> =
  | { ok: true; model: M }
  /** Paths begin at the model. */
  | { ok: false; violations: Violation[] };

const LAST_ADDRESS = 65_535;

/** Makes a model of what a gateway's document says of it; nothing in it can shadow the catalogue. */
export function defineModel(config: ModelConfig): ModelOutcome {
  const { id, domain } = config;
  if (findDefinition(id)) return refuse('/id', `${id} is in the catalogue already`);
  if (!isDomain(domain)) return refuse('/domain', `must be one of ${DOMAINS.join(', ')}`);
  return 'lorawan' in config ? defineCodecModel(config, domain) : defineRegisterModel(config, domain);
}

function defineCodecModel(config: CodecModel, domain: Domain): ModelOutcome<CodecDefinition> {
  const { script, mapping } = config.lorawan;
  const checked = checkMapping(mapping);
  if (!checked.ok) return { ok: false, violations: checked.violations.map(inside('/lorawan/mapping')) };
  // The sandbox keeps a codec warm by its id: another text must have another one.
  const id = `${config.id}#${createHash('sha256').update(script).digest('base64url').slice(0, 16)}`;
  const codec = { script: { id, source: script }, mapping: checked.mapping };
  const { parameters, derived } = checked.mapping;
  const more = { ...(parameters && { parameters }), ...(derived && { derived }) };
  return { ok: true, model: { ...commonOf(config, domain), ...more, protocol: 'lorawan', codec } };
}

function defineRegisterModel(config: RegisterModel, domain: Domain): ModelOutcome<ModbusDefinition> {
  const { maxRegisters } = config.modbus;
  const registers: RegisterPoint[] = [];
  const violations: Violation[] = [];
  config.modbus.registers.forEach((register, index) => {
    const place = inside(`/modbus/registers/${index}`);
    const checked = validate(OwnRegister, register);
    if (!checked.ok) violations.push(...checked.violations.map(place));
    else {
      const point = pointOf(checked.value);
      registers.push(point);
      violations.push(...problemsOf(point).map((message) => place({ path: '', message })));
    }
  });
  if (violations.length > 0) return { ok: false, violations };
  const limits = maxRegisters === undefined ? {} : { maxRegisters };
  return { ok: true, model: { ...commonOf(config, domain), protocol: 'modbus', registers, ...limits } };
}

function commonOf({ id, title, version, source }: ModelConfig, domain: Domain) {
  const [vendor = id] = id.split('/');
  return { id, version: version ?? 1, vendor, title: title ?? id, domain, source: source ?? '' };
}

function pointOf({ absent, ...rest }: OwnRegister): RegisterPoint {
  const wide = rest.type === 'uint64' || rest.type === 'int64';
  const raw = (value: number | string): number | bigint | 'nan' => {
    if (value === 'nan') return 'nan';
    const exact = BigInt(value);
    return wide ? (rest.type === 'int64' ? BigInt.asIntN(64, exact) : exact) : Number(exact);
  };
  const isFloat = rest.type.startsWith('float');
  return { ...rest, ...(absent && { absent: absent.map((one) => (isFloat ? (one as number | 'nan') : raw(one))) }) };
}

function problemsOf(point: RegisterPoint): string[] {
  const { quantity: name, states, otherwise, table, type, address } = point;
  const quantity = findQuantity(name);
  if (!quantity) return [`${name} is not in the vocabulary`];
  const problems: string[] = [];
  const words = [...Object.values(states ?? {}), ...(otherwise === undefined ? [] : [otherwise])];
  if (words.length > 0 && quantity.kind !== 'state') problems.push(`${name} is no state`);
  for (const word of words) {
    if (quantity.kind === 'state' && quantity.states && !quantity.states.includes(word))
      problems.push(`${name} has no state ${word}`);
  }
  const single = table === 'coil' || table === 'discreteInput';
  if (single !== (type === 'bit')) problems.push(`a ${table} ${single ? 'is' : 'is no'} bit`);
  if (type === 'string' && point.length === undefined) problems.push('a string needs its length in registers');
  if (address + widthOf(point) - 1 > LAST_ADDRESS) problems.push(`reaches beyond address ${LAST_ADDRESS}`);
  return problems;
}

function isDomain(word: string): word is Domain {
  return (DOMAINS as readonly string[]).includes(word);
}

function refuse(path: string, message: string): { ok: false; violations: Violation[] } {
  return { ok: false, violations: [{ path, message }] };
}

function inside(prefix: string): (violation: Violation) => Violation {
  return ({ path, message }) => ({ path: `${prefix}${path}`, message });
}
