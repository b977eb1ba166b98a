import { describe, expect, it } from 'vitest';
import { MicWatch } from './mic-watch.ts';

const MINUTE = 60_000;
let number = 0;
const line = (at: number, device = 'meter-1', code = 'LORAWAN_MIC_INVALID') => ({ number: ++number, at, device, code });

describe('MicWatch', () => {
  it('tells of a device at its third failure within an hour, and then not for a while', () => {
    const watch = new MicWatch();
    expect(watch.look([line(0), line(MINUTE)])).toEqual([]);
    const told = watch.look([line(2 * MINUTE), line(3 * MINUTE), line(4 * MINUTE)]);
    expect(told).toMatchObject([{ code: 'LORAWAN_MIC_FAILING', device: 'meter-1', message: '3 frames in 2 min' }]);
    expect(watch.look([line(50 * MINUTE)])).toEqual([]);
    const later = [0, 1, 2].map((minute) => line((7 * 60 + minute) * MINUTE));
    expect(watch.look(later)).toHaveLength(1);
  });

  it('counts a line once, each device for itself, and nothing else that was refused', () => {
    const watch = new MicWatch();
    const lines = [line(0), line(1), line(2, 'other'), line(3, 'meter-1', 'LORAWAN_FCNT_REPLAY')];
    for (const _again of [1, 2, 3]) expect(watch.look(lines)).toEqual([]);
  });

  it('forgets failures that lie far apart', () => {
    const watch = new MicWatch();
    expect(watch.look([0, 61, 122, 183].map((minute) => line(minute * MINUTE)))).toEqual([]);
  });
});
