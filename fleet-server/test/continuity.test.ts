import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeOnEach } from './databases.ts';
import { readings, TestGateway } from './test-gateway.ts';
import { TestServer } from './test-server.ts';

const WAIT = { timeout: 10_000, interval: 20 };

describeOnEach('holes in the numbers of a gateway', (create) => {
  let server: TestServer;
  let gateway: TestGateway;

  beforeAll(async () => {
    server = await TestServer.start(await create());
    gateway = await TestGateway.enrol(server, 'ville', 'gw-1');
    await gateway.connect();
  });
  afterAll(async () => {
    await gateway?.end();
    await server?.remove();
  });

  async function send(records: { seq: number; record: unknown }[]): Promise<void> {
    const batch = gateway.sendAs(records);
    await vi.waitFor(() => expect(gateway.acknowledgedThrough('live')).toBe(batch), WAIT);
  }
  const numbered = (...seqs: number[]) => seqs.map((seq) => ({ seq, record: readings({ 'cab.power': seq }) }));
  const continuity = async () => (await server.admin('GET', '/tenants/ville/gateways/gw-1/continuity')).items;

  it('show until they are filled or explained, across a restart of the server', async () => {
    await send([...numbered(1, 2, 3, 7, 8), { seq: 12, record: { kind: 'readings', device: 'NOT A SLUG' } }]);
    const holes = [
      { from: 9, to: 11 },
      { from: 4, to: 6 },
    ];
    expect(await continuity()).toEqual([{ epoch: 'epoch00001', newest: 12, missing: 6, holes }]);

    await gateway.end();
    await server.restart();
    gateway.acknowledgements.length = 0;
    await gateway.connect();
    await send(numbered(5, 3, 13));
    expect((await continuity())[0]).toMatchObject({
      ...{ newest: 13, missing: 5 },
      holes: [
        { from: 9, to: 11 },
        { from: 6, to: 6 },
        { from: 4, to: 4 },
      ],
    });

    // The report of what was dropped comes in an outbox of its own.
    gateway.epoch = 'epoch00002';
    const gap = {
      kind: 'gap',
      at: 1_000,
      reason: 'BUFFER_FULL',
      records: 3,
      epoch: 'epoch00001',
      fromSeq: 9,
      toSeq: 11,
    };
    await send([{ seq: 1, record: gap }]);
    expect(await continuity()).toEqual([
      { epoch: 'epoch00002', newest: 1, missing: 0, holes: [] },
      expect.objectContaining({ epoch: 'epoch00001', newest: 13, missing: 2 }),
    ]);
  });

  it('are of one tenant only', async () => {
    await TestGateway.enrol(server, 'bourg', 'gw-2');
    const answer = await server.api({ path: '/tenants/bourg/gateways/gw-1/continuity', token: server.token });
    expect(answer.status).toBe(404);
  });
});
