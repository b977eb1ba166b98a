import { expect, it } from 'vitest';
import { LinkHistory } from './link-history.ts';

const link = (fCnt: number, snrDb: number, dataRate = 'SF7BW125') => ({
  ...{ fCnt, snrDb, dataRate },
  ...{ frequencyHz: 868_100_000, rssiDbm: -100, receptions: 1 },
});

it('tells what was missed, how near the edge, and at which rates', () => {
  const history = new LinkHistory();
  expect(history.quality()).toBeUndefined();
  history.add(1_000, link(4, 2.5));
  history.add(2_000, link(5, -7.5));
  history.add(3_000, link(9, -15, 'SF12BW125'));
  expect(history.quality()).toEqual({
    ...{ heard: 3, missed: 3, since: 1_000, dataRates: { SF7BW125: 2, SF12BW125: 1 } },
    ...{ marginMinDb: 0, marginMeanDb: 5 },
  });
});

it('keeps the last 64, and takes a counter that fell for a new session’s', () => {
  const history = new LinkHistory();
  for (let fCnt = 900; fCnt < 1_000; fCnt += 1) history.add(fCnt * 1_000, link(fCnt, 0));
  expect(history.quality()).toMatchObject({ heard: 64, missed: 0, since: 936_000 });
  history.add(1_000_000, link(0, 0));
  history.add(1_001_000, link(2, 0, 'FSK50000'));
  expect(history.quality()).toMatchObject({ heard: 64, missed: 1, dataRates: { SF7BW125: 63, FSK50000: 1 } });
});
