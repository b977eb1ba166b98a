import type { LorawanDeviceConfig } from '@vigie/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { Device } from './device.ts';
import { EU868 } from './regions/eu868.ts';
import { defaultWindows } from './regions/region.ts';
import { Session } from './session.ts';

const KEY = '00112233445566778899aabbccddeeff';
const CONFIG: LorawanDeviceConfig = {
  id: 'meter-1',
  model: 'acme/meter',
  lorawan: {
    ...{ devEui: '70b3d57ed0000001', macVersion: '1.0.3', class: 'A' },
    activation: { mode: 'otaa', joinEui: '70b3d57ed0ffffff', appKey: KEY },
  },
};

describe('the sessions of a device', () => {
  let device: Device;
  let clock: number;

  const session = (id: string, more: { supersedes?: string[]; endedAt?: number } = {}) =>
    Session.create({
      ...{ id, devAddr: '01000001', nwkSKey: KEY, appSKey: KEY, nextFCntUp: 0, ...defaultWindows(EU868) },
      ...more,
    });

  /** What a join does: offered, then on the disk. */
  function join(id: string): Session {
    const offered = session(id, { supersedes: device.sessions().map((known) => known.id) });
    device.offered = offered;
    expect(device.sessionStates().pending?.id).toBe(id);
    expect(device.install(offered)).toBe(true);
    return offered;
  }

  function hear(heard: Session, { at = ++clock, isPassed = false } = {}): boolean {
    const isNews = device.proveUse(heard, at, isPassed);
    heard.advancePast(heard.nextFCntUp);
    heard.stored(heard.nextFCntUp - 1);
    return isNews;
  }

  const ids = (sessions: readonly Session[]) => sessions.map(({ id }) => id);
  const all = () => ({
    active: device.active?.id,
    pending: device.pending?.id,
    strays: ids(device.strays),
    ended: ids(device.ended),
  });

  beforeEach(() => {
    device = new Device(CONFIG);
    clock = 1_000_000;
  });

  it('keep what was offered before and may be in use', () => {
    const first = join('first');
    const second = join('second');
    expect(all()).toEqual({ active: undefined, pending: 'second', strays: ['first'], ended: [] });
    // Its first frame, which only a neighbour heard, comes after all.
    expect(hear(first)).toBe(true);
    expect(all()).toEqual({ active: 'first', pending: 'second', strays: [], ended: [] });
    expect(hear(second)).toBe(true);
    expect(all()).toEqual({ active: 'second', pending: undefined, strays: [], ended: ['first'] });
  });

  it('are on the disk before what displaces one of them is sent', () => {
    join('first');
    device.offered = session('second');
    const { pending, strays } = device.sessionStates();
    expect([pending?.id, strays?.map(({ id }) => id)]).toEqual(['second', ['first']]);
    expect(device.install(session('third'))).toBe(false);
  });

  it('are taken from a former home, and the frame tells which is in use', () => {
    const own = join('own');
    const other = session('other');
    device.addStray(other);
    device.addStray(session('other'));
    device.addStray(session('own'));
    expect(all()).toEqual({ active: undefined, pending: 'own', strays: ['other'], ended: [] });
    hear(other);
    expect(all()).toEqual({ active: 'other', pending: 'own', strays: [], ended: [] });
    // Which of the two was joined later nobody can know: the one that is heard now is in use.
    hear(own);
    expect(all()).toEqual({ active: 'own', pending: undefined, strays: ['other'], ended: [] });
    hear(other);
    expect(device.active).toBe(other);
  });

  it('do not change by what a neighbour heard before the last frame', () => {
    const first = join('first');
    hear(first);
    const other = session('other');
    device.addStray(other);
    expect(hear(other, { at: clock - 1, isPassed: true })).toBe(false);
    expect(device.active).toBe(first);
    expect(hear(other, { at: clock + 1, isPassed: true })).toBe(true);
    expect(device.active).toBe(other);
  });

  it('end when the device uses one that it asked for later, and stay for frames of their time', () => {
    const first = join('first');
    hear(first);
    const unheard = join('unheard');
    const second = join('second');
    hear(second);
    expect(all()).toEqual({ active: 'second', pending: undefined, strays: ['unheard'], ended: ['first'] });
    const at = clock;
    for (const ended of [first, unheard]) {
      expect(ended.endedAt).toBe(at);
      expect([ended.isOfItsTime(at + 60_000), ended.isOfItsTime(at + 60_001)]).toEqual([true, false]);
      expect(hear(ended)).toBe(false);
    }
    expect(device.active).toBe(second);
  });

  it('that were in use are not pushed out by joins that nobody answers', () => {
    hear(join('used'));
    hear(join('now'));
    for (let count = 0; count < 10; count += 1) join(`offered-${count}`);
    expect(all()).toEqual({
      ...{ active: 'now', pending: 'offered-9', ended: ['used'] },
      strays: ['offered-5', 'offered-6', 'offered-7', 'offered-8'],
    });
  });

  it('come back from the disk as they were', () => {
    hear(join('first'));
    hear(join('second'));
    device.addStray(session('other'));
    join('third');
    const restored = new Device(CONFIG);
    restored.restore(JSON.parse(JSON.stringify(device.sessionStates())), device.joinState());
    const before = all();
    device = restored;
    expect(all()).toEqual(before);
    expect(device.ended[0]?.endedAt).toBe(clock);
    // It knows still what the third one leaves behind.
    if (device.pending) hear(device.pending);
    expect(all()).toEqual({ active: 'third', pending: undefined, strays: ['other'], ended: ['first', 'second'] });
  });
});
