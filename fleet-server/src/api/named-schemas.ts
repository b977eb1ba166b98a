interface Document {
  paths?: unknown;
  components?: { schemas?: Record<string, unknown> };
}

/**
 * The description of the API with each titled form once, under `components`, and references to it: a generator then makes one
 * type of it, and not one for each place where it stands. Two forms of one title are a mistake of ours; a test finds it.
 */
export function withNamedSchemas<D extends Document>(document: D): D {
  const schemas: Record<string, unknown> = {};
  const named = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(named);
    if (value === null || typeof value !== 'object') return value;
    const inner = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, named(member)]));
    const { title } = inner;
    if (typeof title !== 'string' || !('type' in inner || 'anyOf' in inner)) return inner;
    schemas[title] = inner;
    return { $ref: `#/components/schemas/${title}` };
  };
  const paths = named(document.paths);
  return {
    ...document,
    components: { ...document.components, schemas: { ...document.components?.schemas, ...schemas } },
    paths,
  };
}
