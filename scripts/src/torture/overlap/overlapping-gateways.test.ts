import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Gateway } from './gateway.ts';
import { isJoinAccept, Meter } from './meter.ts';
import { OverlappingGateways } from './overlapping-gateways.ts';

const PATIENCE = { timeout: 60_000, interval: 10 };

describe('overlapping gateways', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-overlap-'));
  const abp = new Meter(1, 'abp');
  const otaa = new Meter(2, 'otaa');
  const onAir: Buffer[] = [];
  let rig: OverlappingGateways;
  let volume = 0;

  const stored = (meter: Meter) =>
    rig
      .stored()
      .filter(({ device }) => device === meter.id)
      .map(({ value }) => value);

  async function send(meter: Meter, by: readonly Gateway[], options: { asks?: boolean; snr?: number[] } = {}) {
    const said = ++volume;
    const frame = meter.frame(said, options);
    onAir.push(frame);
    for (const [index, gateway] of by.entries()) gateway.hear(frame, options.snr?.[index]);
    for (const gateway of by) await gateway.settled();
    return said;
  }

  /** A frame that its home answers; the device takes the answer only if its counter rises. */
  async function ask(meter: Meter, by: readonly Gateway[]) {
    const before = meter.downlinks.length;
    await send(meter, by, { asks: true });
    await vi.waitFor(() => expect(meter.downlinks.length).toBe(before + 1), PATIENCE);
    return meter.downlinks.at(-1)?.fCnt ?? -1;
  }

  /** An adopted session is not answered before the server knows that it is there: the device asks until it is. */
  async function askOn(meter: Meter, by: readonly Gateway[]) {
    const before = meter.downlinks.length;
    await vi.waitFor(async () => {
      await send(meter, by, { asks: true });
      expect(meter.downlinks.length).toBeGreaterThan(before);
    }, PATIENCE);
  }

  const nextAccept = ({ forwarder }: Gateway) =>
    new Promise<Buffer>((resolve) => {
      const before = forwarder.onDownlink;
      forwarder.onDownlink = (downlink) => {
        if (isJoinAccept(downlink.phyPayload)) resolve(downlink.phyPayload);
        else before(downlink);
      };
    });

  const downlinksOf = (gateway: Gateway) => gateway.forwarder.downlinks.length;

  beforeAll(async () => {
    const rules = { deadAfterMs: 1_500, roundMs: 100, restMs: 0 };
    rig = await OverlappingGateways.start(folder, { a: [abp.config, otaa.config], b: [] }, rules);
    for (const { forwarder } of rig.gateways) {
      forwarder.onDownlink = ({ phyPayload }) => void [abp, otaa].map((meter) => meter.hear(phyPayload));
    }
  }, 180_000);

  afterAll(async () => {
    await rig?.stop();
    rmSync(folder, { recursive: true });
  });

  it('make one record of a frame that both hear, and one answers', async () => {
    await ask(abp, [rig.a, rig.b]);
    await rig.drained();
    expect(stored(abp)).toEqual([volume]);
    expect(downlinksOf(rig.b)).toBe(0);
    await vi.waitFor(async () => {
      const { candidates } = await rig.home(abp.id);
      expect(candidates.map(({ gateway, frames }) => [gateway, frames]).sort()).toEqual([
        ['gw-a', 1],
        ['gw-b', 1],
      ]);
    }, PATIENCE);
  });

  it('make a record of a frame that the neighbour alone hears, and nobody answers', async () => {
    const before = rig.gateways.map(downlinksOf);
    const said = await send(abp, [rig.b], { asks: true });
    await rig.drained();
    expect(rig.stored().filter(({ value }) => value === said)).toEqual([
      { device: abp.id, value: said, passedBy: 'gw-b' },
    ]);
    expect(rig.gateways.map(downlinksOf)).toEqual(before);
  });

  it('let in once what comes late, and no replay of it', async () => {
    // The neighbour's backhaul is slow: what it heard comes after newer frames.
    await rig.killServer();
    const late = await send(abp, [rig.b]);
    const newer = await send(abp, [rig.a]);
    const frame = onAir.at(-2) ?? Buffer.alloc(0);
    await rig.startServer();
    await vi.waitFor(() => expect(stored(abp)).toContain(newer), PATIENCE);
    await rig.drained();
    await vi.waitFor(() => expect(stored(abp).filter((value) => value === late)).toEqual([late]), PATIENCE);
    for (const gateway of rig.gateways) gateway.hear(frame);
    for (const gateway of rig.gateways) await gateway.settled();
    await rig.drained();
    expect(stored(abp).filter((value) => value === late)).toEqual([late]);
  });

  it('move a home by hand with its session', async () => {
    const joined = nextAccept(rig.a);
    rig.a.hear(otaa.radio.joinRequest());
    otaa.radio.acceptJoin(await joined);
    const before = await ask(otaa, [rig.a, rig.b]);
    await rig.move(otaa.id, rig.b);
    const answersOfA = downlinksOf(rig.a);
    const after = await ask(otaa, [rig.a, rig.b]);
    // A planned move wastes no more than a block that was reserved.
    expect(after).toBeGreaterThan(before);
    expect(after).toBeLessThan(before + 129);
    expect(downlinksOf(rig.a)).toBe(answersOfA);
    await rig.drained();
    expect(stored(otaa)).toEqual([volume - 1, volume]);
    expect((await rig.home(otaa.id)).moves).toMatchObject([{ from: 'gw-a', to: 'gw-b', reason: 'operator' }]);
  }, 180_000);

  it('move a home to the gateway that hears the device better', async () => {
    for (let count = 0; count < 21; count += 1) await send(abp, [rig.a, rig.b], { snr: [-4, 4] });
    await rig.atHome(abp.id, rig.b);
    await rig.drained();
    expect(new Set(stored(abp)).size).toBe(stored(abp).length);
    expect((await rig.home(abp.id)).moves[0]).toMatchObject({ from: 'gw-a', to: 'gw-b', reason: 'better' });
  }, 180_000);

  it('replace a dead home, and go on when it comes back', async () => {
    const heard = stored(otaa).length;
    const before = await ask(otaa, [rig.b]);
    // Its backhaul is cut when it hears a last frame: only its own disk has it.
    await rig.killServer();
    const last = await send(otaa, [rig.a, rig.b]);
    await rig.b.kill();
    await rig.startServer();
    const waiting = await send(otaa, [rig.a]);
    await vi.waitFor(() => rig.connected(rig.a), PATIENCE);
    await rig.atHome(otaa.id, rig.a);
    const after = await ask(otaa, [rig.a]);
    expect(after).toBeGreaterThanOrEqual(before + 4_096);
    await rig.b.start();
    await rig.connected(rig.b);
    const answersOfB = downlinksOf(rig.b);
    expect(await ask(otaa, [rig.a, rig.b])).toBeGreaterThan(after);
    expect(downlinksOf(rig.b)).toBe(answersOfB);
    await rig.drained();
    // Both homes accepted the last frame: it is stored once.
    expect(
      stored(otaa)
        .slice(heard)
        .sort((a, b) => a - b),
    ).toEqual([last - 1, last, waiting, waiting + 1, waiting + 2]);
  }, 180_000);

  it('find the session again that a home let a device join while it was cut off', async () => {
    await rig.connected(rig.a);
    await rig.killServer();
    const joined = nextAccept(rig.a);
    rig.a.hear(otaa.radio.joinRequest());
    otaa.radio.acceptJoin(await joined);
    const first = await send(otaa, [rig.a]);
    await rig.a.kill();
    await rig.startServer();
    await rig.connected(rig.b);
    // The new home cannot read it: nobody told it the keys.
    const second = await send(otaa, [rig.b]);
    rig.b.hear(new Meter(2, 'otaa').radio.joinRequest());
    await rig.atHome(otaa.id, rig.b);
    expect(stored(otaa)).not.toContain(second);
    await rig.a.start();
    await vi.waitFor(() => expect(stored(otaa)).toEqual(expect.arrayContaining([first, second])), PATIENCE);
    await askOn(otaa, [rig.b]);
    await rig.drained();
  }, 180_000);

  it('find the session again that a device joined at a former home, where its home answered as well', async () => {
    await rig.connected(rig.a);
    await rig.connected(rig.b);
    // B dies and A takes over; when B comes back, nobody tells it that it is the home no more.
    await rig.b.kill();
    const waiting: number[] = [];
    // An heir is who hears the device after the server knows that its home is gone.
    await vi.waitFor(
      async () => {
        waiting.push(await send(otaa, [rig.a]));
        expect(await rig.home(otaa.id)).toMatchObject({ gateway: rig.a.id, state: 'settled' });
      },
      { ...PATIENCE, interval: 250 },
    );
    await vi.waitFor(() => expect(stored(otaa)).toEqual(expect.arrayContaining(waiting)), PATIENCE);
    await rig.drained([rig.a]);
    await rig.killServer();
    await rig.b.start();
    const accepts = rig.gateways.map(nextAccept);
    const request = otaa.radio.joinRequest();
    for (const gateway of rig.gateways) gateway.hear(request);
    const [, ofFormer] = await Promise.all(accepts);
    otaa.radio.acceptJoin(ofFormer ?? Buffer.alloc(0));
    const said = [await send(otaa, [rig.b]), await send(otaa, [rig.a]), await send(otaa, [rig.a, rig.b])];
    await rig.startServer();
    await vi.waitFor(() => expect(stored(otaa)).toEqual(expect.arrayContaining(said)), PATIENCE);
    await rig.connected(rig.b);
    await askOn(otaa, [rig.a]);
    await rig.drained();
    expect(new Set(stored(otaa)).size).toBe(stored(otaa).length);
  }, 180_000);

  it('accept no replay anywhere', async () => {
    const before = rig.stored().length;
    const downlinks = rig.gateways.map(downlinksOf);
    for (const frame of onAir.slice(0, -1)) for (const gateway of rig.gateways) gateway.hear(frame);
    for (const gateway of rig.gateways) await gateway.settled();
    await rig.drained();
    expect(rig.stored()).toHaveLength(before);
    expect(rig.gateways.map(downlinksOf)).toEqual(downlinks);
  }, 180_000);
});
