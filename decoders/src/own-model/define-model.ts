import { createHash } from 'node:crypto';
import type { CodecModel, ModelConfig, RegisterModel, Violation } from '@vigie/contract';
import { isInCatalogue } from '../catalogue.ts';
import type { CodecDefinition, ModbusDefinition, Model } from '../definition.ts';
import { DOMAINS, type Domain } from '../definition.ts';
import { checkMapping } from '../mapping/check-mapping.ts';
import { defineRegisters } from './define-registers.ts';

export type ModelOutcome<M extends Model = Model> =
  | { ok: true; model: M }
  /** Paths begin at the model. */
  | { ok: false; violations: Violation[] };

/** Makes a model of what a gateway's document says of it; nothing in it can shadow the catalogue. */
export function defineModel(config: ModelConfig): ModelOutcome {
  const { id, domain } = config;
  if (isInCatalogue(id)) return refuse('/id', `${id} is in the catalogue already`);
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
  const outcome = defineRegisters(config);
  if (!outcome.ok) return outcome;
  return { ok: true, model: { ...commonOf(config, domain), protocol: 'modbus', ...outcome.parts } };
}

function commonOf({ id, title, version, source }: ModelConfig, domain: Domain) {
  const [vendor = id] = id.split('/');
  return { id, version: version ?? 1, vendor, title: title ?? id, domain, source: source ?? '' };
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
