/**
 * JSON whose integers may exceed 2^53: a station's xtime has 64 bits. Large integers are read as BigInt and written as
 * plain numbers (ECMAScript, JSON.parse source text access).
 */
export function parseBigJson(text: string): unknown {
  return parse(text, (_key, value, context) =>
    typeof value === 'number' &&
    !Number.isSafeInteger(value) &&
    context?.source !== undefined &&
    INTEGER.test(context.source)
      ? BigInt(context.source)
      : value,
  );
}

export function stringifyBigJson(value: unknown): string {
  return JSON.stringify(value, (_key, member) => (typeof member === 'bigint' ? rawJson(member.toString()) : member));
}

const INTEGER = /^-?\d{1,20}$/;

type Reviver = (key: string, value: unknown, context: { source?: string } | undefined) => unknown;

// TypeScript's library does not describe these two yet.
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;
