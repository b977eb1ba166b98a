import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type JsonSchema, type Operation, operationsOf } from './api-operations.ts';
import { anyDatabase } from './databases.ts';
import { TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const SEED = Number(process.env.VIGIE_FUZZ_SEED ?? 20_260_714);
/** Cases for each operation; the full run takes 1,000. */
const RUNS = Number(process.env.VIGIE_FUZZ_RUNS ?? 60);

/** Strings that have broken other programs. */
const NASTY = [
  "'; drop table users; --",
  '=cmd()',
  '{{7*7}}',
  '\u0000',
  '\ud800',
  '../../etc/passwd',
  '%00',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  '9'.repeat(400),
  '',
];

const known = ['ville', 'gw-1', 'cabinet', 'site-1', 'hypervisor'];

function valueFor(schema: JsonSchema | undefined, depth = 0): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(...NASTY, null, -1, 2 ** 53, 1e308, [], {}),
    fc.jsonValue({ maxDepth: 3 }),
  );
  if (!schema || depth > 5) return odd;
  return fc.oneof({ arbitrary: fitting(schema, depth), weight: 4 }, { arbitrary: odd, weight: 1 });
}

function fitting(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((option) => valueFor(option, depth + 1)));
  switch (schema.type) {
    case 'integer':
      return fc.integer({ min: Math.max(schema.minimum ?? -1_000, -1e9), max: Math.min(schema.maximum ?? 1e6, 1e9) });
    case 'number':
      return fc.double({ noNaN: true, min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6 });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueFor(schema.items, depth + 1), { maxLength: 4 });
    case 'object':
      return objectFor(schema, depth);
    default:
      return schema.format === 'uuid'
        ? fc.uuid()
        : fc.oneof(fc.constantFrom(...known), fc.string({ maxLength: 20 }), fc.stringMatching(/^[a-z0-9-]{1,12}$/));
  }
}

function objectFor(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, valueFor(inner, depth + 1)]),
  );
  return fc
    .record(properties, { requiredKeys: [] })
    .chain((object) =>
      fc
        .dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 2 })
        .map((extra) => ({ ...extra, ...object })),
    );
}

function requestFor(operation: Operation) {
  const segments = Object.fromEntries(
    operation.parameters.map(({ name, schema }) => [
      name,
      fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 3 }, { arbitrary: valueFor(schema), weight: 1 }),
    ]),
  );
  return fc.record({
    parameters: fc.record(segments),
    body: fc.oneof(
      { arbitrary: valueFor(operation.body), weight: 8 },
      { arbitrary: fc.constantFrom('{', '[1,', '"'), weight: 1 },
    ),
  });
}

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start(await anyDatabase(SEED), {
    apiLimits: { requestsPerMinute: 1_000_000_000, liveStreams: 5 },
  });
  await TestGateway.enrol(server, 'ville', 'gw-1');
});
afterAll(() => server?.remove());

it(`never answers 5xx, whatever comes (seed ${SEED}, ${RUNS} cases an operation)`, { timeout: 600_000 }, async () => {
  const operations = operationsOf(server).filter(({ id }) => id !== 'streamReadings' && id !== 'signOut');
  for (const operation of operations) {
    await fc.assert(
      fc.asyncProperty(requestFor(operation), async ({ parameters, body }) => {
        const text = (value: unknown) =>
          encodeURIComponent(wellFormed(typeof value === 'string' ? value : (JSON.stringify(value) ?? '')));
        const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => text(parameters[name]));
        const query = operation.parameters
          .filter((p) => p.in === 'query')
          .map(({ name }) => `${name}=${text(parameters[name])}`);
        const answer = await server.running.app.inject({
          method: operation.method as 'GET',
          url: query.length > 0 ? `${path}?${query.join('&')}` : path,
          headers: {
            authorization: `Bearer ${server.token}`,
            ...(operation.body ? { 'content-type': 'application/json' } : {}),
          },
          ...(operation.body ? { payload: typeof body === 'string' ? body : JSON.stringify(body ?? null) } : {}),
        });
        expect([operation.id, answer.statusCode < 500, answer.statusCode < 500 || answer.body]).toEqual([
          operation.id,
          true,
          true,
        ]);
        if (answer.statusCode >= 400)
          expect(answer.json()).toMatchObject({ code: expect.any(String), requestId: expect.any(String) });
      }),
      { seed: SEED, numRuns: operation.id === 'signIn' || operation.id === 'createUser' ? Math.ceil(RUNS / 5) : RUNS },
    );
  }
});

function wellFormed(text: string): string {
  return text.toWellFormed();
}

it('refuses bodies that are too large, too deep or in another coding', async () => {
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const url = '/api/v1/tenants/ville/gateways/gw-1/config';
  const inject = (payload: string | Buffer, over: Record<string, string> = {}) =>
    server.running.app.inject({ method: 'PUT', url, payload, headers: { ...headers, ...over } });
  expect((await inject(`{"a":"${'x'.repeat(9_000_000)}"}`)).statusCode).toBe(413);
  const deep = await inject(`{"devices":${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
  expect(deep.statusCode).toBe(400);
  const deepObject = await inject(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
  expect(deepObject.statusCode).toBeLessThan(500);
  expect((await inject(Buffer.alloc(1_000), { 'content-encoding': 'gzip' })).statusCode).toBe(400);
  expect((await inject('a=b', { 'content-type': 'application/x-www-form-urlencoded' })).statusCode).toBe(415);
});
