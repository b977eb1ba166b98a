import type { ByteOrder, Definition, ModbusDefinition } from './definition.ts';
import { type Path, type Plain, readingFields } from './definition-fields.ts';
import { type DeclaredLorawan, lorawan } from './kernel/lorawan.ts';
import type { LorawanSpec } from './kernel/payload-layout.ts';
import { findQuantity } from './vocabulary.ts';

/** A definition with one mistake in it: a golden that does not notice proves nothing. */
export interface Mutation {
  description: string;
  mutated: Definition;
}

const MULTIBYTE = /^(u?int(16|24|32|64)|float(16|32|64)|[us]flt16|bcd(16|32)?)$/;

/** Each scale, byte order, set of state words and quantity of a definition made wrong, one at a time. */
export function mutationsOf(definition: Definition): Mutation[] {
  if (definition.protocol === 'modbus') return modbusMutations(definition);
  return isDeclared(definition) ? lorawanMutations(definition.spec) : [];
}

function isDeclared(definition: Definition): definition is DeclaredLorawan {
  return definition.protocol === 'lorawan' && 'spec' in definition;
}

function modbusMutations(definition: ModbusDefinition): Mutation[] {
  const { registers, sunspec } = definition;
  return readingFields({ registers, sunspec }).flatMap(({ path, field }) =>
    mistakesIn(field, modbusOrder).map(({ what, wrong }) => ({
      description: `${definition.id} ${String(field.table)} ${String(field.address)} ${String(field.quantity)}: ${what}`,
      mutated: replaced(definition, path, wrong) as ModbusDefinition,
    })),
  );
}

function lorawanMutations(spec: LorawanSpec): Mutation[] {
  return readingFields(spec.uplinks)
    .filter(({ field }) => !('constant' in field))
    .flatMap(({ path, field, order }) =>
      mistakesIn(field, (own) => ((own.order ?? order) === 'le' ? 'be' : 'le')).map(({ what, wrong }) => ({
        description: `${spec.id} uplinks/${path.join('/')} ${String(field.quantity)}: ${what}`,
        mutated: lorawan({ ...spec, uplinks: replaced(spec.uplinks, path, wrong) as LorawanSpec['uplinks'] }),
      })),
    );
}

function modbusOrder({ order = 'ABCD' }: Plain): string {
  const other: Record<ByteOrder, ByteOrder> = { ABCD: 'CDAB', CDAB: 'ABCD', BADC: 'DCBA', DCBA: 'BADC' };
  return other[order as ByteOrder];
}

function mistakesIn(field: Plain, otherOrder: (field: Plain) => string): { what: string; wrong: Plain }[] {
  const mistakes: { what: string; wrong: Plain }[] = [];
  const { states, scale = 1, type, bits, quantity } = field;
  // a text of a format that is parsed has neither words nor a scale
  const text = states === undefined && findQuantity(String(quantity))?.kind === 'state';
  if (states === undefined && !text) {
    mistakes.push({ what: 'scale × 10', wrong: { ...field, scale: Number(scale) * 10 } });
  }
  if (states !== undefined)
    mistakes.push({
      what: 'other words',
      wrong: { ...field, states: otherWords(states as Plain), otherwise: 'wrong' },
    });
  // a register of 16 bits has no order of words
  const oneWord = 'table' in field && /16$/.test(String(type));
  if (typeof type === 'string' && MULTIBYTE.test(type) && !oneWord && bits === undefined) {
    mistakes.push({ what: 'byte order', wrong: { ...field, order: otherOrder(field) } });
  }
  mistakes.push({ what: 'quantity', wrong: { ...field, quantity: `${String(quantity)}Wrong` } });
  return mistakes.filter(
    ({ what }) =>
      !(
        what.startsWith('scale') &&
        (field.secondsSince !== undefined || field.date !== undefined || type === 'ascii' || type === 'string')
      ),
  );
}

function otherWords(states: Plain): Plain {
  return Object.fromEntries(Object.entries(states).map(([key, word]) => [key, `${String(word)}Wrong`]));
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return by;
  if (Array.isArray(value)) return value.with(Number(head), replaced(value[Number(head)], rest, by));
  const plain = value as Plain;
  return { ...plain, [head]: replaced(plain[head], rest, by) };
}
