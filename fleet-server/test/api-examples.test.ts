import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnEach } from './databases.ts';
import { byRules, bySchema } from './openapi-validators.ts';
import { TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

interface Media {
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  parameters?: { name: string; in: string; example?: string }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
}

interface Call {
  operation: Operation;
  method: string;
  path: string;
}

const A_REFUSAL = /^[A-Z_]+$/;

describeOnEach('examples of the API', (create) => {
  let server: TestServer;
  let gateways: TestGateway[] = [];
  let calls: Call[];
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects
  let description: any;
  beforeAll(async () => {
    server = await TestServer.start(await create());
    description = (await server.http('/api/v1/openapi.json')).body;
    calls = Object.entries<Record<string, Operation>>(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ operation, method: method.toUpperCase(), path })),
    );
  }, 60_000);
  afterAll(async () => {
    for (const gateway of gateways) await gateway.end();
    await server?.remove();
  });

  const bodiesOf = ({ requestBody }: Operation) =>
    Object.entries(requestBody?.content['application/json']?.examples ?? {});

  it('stand at each body and each answer that has one, and all conform to their schemas', async () => {
    const bare = calls.flatMap(({ operation }) => {
      const medias = Object.values({ ...operation.responses, body: operation.requestBody }).flatMap((part) =>
        Object.values(part?.content ?? {}),
      );
      return medias.some(({ example, examples }) => example === undefined && !examples) ? [operation.operationId] : [];
    });
    expect(bare).toEqual([]);
    expect(await bySchema(description)).toEqual([]);
    expect(await byRules(description)).toEqual([]);
  });

  it('are found wrong where they are', async () => {
    const wrong = structuredClone(description);
    const operation = wrong.paths['/api/v1/tenants/{tenant}/gateways'].get;
    operation.responses[200].content['application/json'].example.items[0].state = 'asleep';
    expect(await byRules(wrong)).toMatchObject([expect.stringContaining('no-invalid-media-type-examples')]);
    delete wrong.info.title;
    expect(await bySchema(wrong)).toHaveLength(1);
  });

  it('say of each operation what it is, where it belongs and how it refuses', () => {
    const tags = new Set(description.tags.map(({ name }: { name: string }) => name));
    for (const { operation } of calls) {
      expect(operation.operationId).toMatch(/^[a-z][A-Za-z]+$/);
      expect([operation.operationId, operation.summary.endsWith('.')]).toEqual([operation.operationId, true]);
      expect(operation.tags.filter((tag) => !tags.has(tag))).toEqual([]);
      for (const status of ['4XX', '5XX']) {
        expect(operation.responses[status]?.content?.['application/json']).toMatchObject({
          schema: { $ref: '#/components/schemas/ApiError' },
        });
      }
      for (const { description: said } of Object.values(operation.responses)) expect(said).not.toBe('Default Response');
    }
    const ids = calls.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are taken by a running server, or refused with the code that they name', { timeout: 120_000 }, async () => {
    gateways = await Promise.all(['gw-1', 'gw-2'].map((id) => TestGateway.enrol(server, 'ville', id)));
    await server.admin('POST', '/tenants/ville/sites', { id: 'mairie', name: 'Mairie' });
    const lorawan = { region: 'EU868', netId: '000000', sources: [], passFrames: true };
    await server.admin('PUT', '/tenants/ville/gateways/gw-2/config', { schema: 1, lorawan, devices: [] });
    /** What the server made up itself, in place of the examples' ids. */
    const made: Record<string, string> = {};
    const headers: Record<string, string> = {};
    const outcomes: unknown[] = [];
    const expected: unknown[] = [];
    for (const { operation, method, path } of inOrder(calls)) {
      const places = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      const place = (name: string) =>
        made[name] ?? places.find((parameter) => parameter.name === name)?.example ?? name;
      const url = path.replace(/\{(\w+)\}/g, (_all, name: string) => place(name));
      for (const [name, { value }] of bodiesOf(operation)) {
        const ofSession = operation.tags.includes('session');
        const answer = await server.http(url, {
          ...{ method, body: value },
          headers: ofSession ? headers : { authorization: `Bearer ${server.token}` },
        });
        const isRefusal = A_REFUSAL.test(name);
        const said = isRefusal ? answer.body.code : answer.status < 300 ? 'taken' : answer.body.code;
        outcomes.push([operation.operationId, name, said]);
        expected.push([operation.operationId, name, isRefusal ? name : 'taken']);
        if (operation.operationId === 'createUser') made.id = answer.body.user.id;
        if (answer.body?.csrfToken) {
          headers.cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
          headers['x-csrf-token'] = answer.body.csrfToken;
        }
        // From here on the devices of the document are there, and their gateway hears of it.
        if (operation.operationId === 'putConfig') for (const gateway of gateways) await gateway.connect();
      }
    }
    expect(outcomes).toEqual(expected);
    expect(outcomes.length).toBeGreaterThan(25);
  });
});

/** The document before what stands in it; the password last, as all sessions end with it. */
function inOrder(calls: readonly Call[]): Call[] {
  const rank = ({ operation: { operationId } }: Call) =>
    operationId === 'putConfig' ? 0 : operationId === 'changePassword' ? 2 : 1;
  return calls.toSorted((a, b) => rank(a) - rank(b));
}
