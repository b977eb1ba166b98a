import { beforeEach, describe, expect, it } from 'vitest';
import { JoinJudge } from './join-judge.ts';

describe('the judge of join-accepts', () => {
  const home = { id: 'gw-a', isInTouch: true };
  const former = { id: 'gw-b', isInTouch: true };
  const phyPayload = Buffer.of(0);
  const request = { device: 'meter-1', isReplay: false, phyPayload };
  const replay = { ...request, isReplay: true };
  let isServerAlive = true;
  let judge: JoinJudge;

  beforeEach(() => {
    isServerAlive = true;
    judge = new JoinJudge({ homeOf: () => home.id, isServerAlive: () => isServerAlive, tell: () => undefined });
  });

  const verdict = () => {
    const { replaysAccepted, formerHomes, wrongHomes } = judge;
    return { replaysAccepted, formerHomes, wrongHomes };
  };

  it.each([
    ['the first window', 5_000_000],
    ['the second window', 6_000_000],
  ])('knows the request by %s', (_name, delayUs) => {
    judge.heard(home, 2 ** 32 - 1, request);
    expect(judge.judge(home, delayUs - 1)).toMatchObject(request);
    expect(verdict()).toEqual({ replaysAccepted: 0, formerHomes: 0, wrongHomes: 0 });
  });

  it('counts an answer to a replay, however late, and one to nothing', () => {
    judge.heard(home, 7_001, request);
    judge.heard(home, 14_002, replay);
    judge.judge(home, 5_014_002);
    judge.judge(former, 5_007_001);
    expect(verdict()).toEqual({ replaysAccepted: 2, formerHomes: 0, wrongHomes: 0 });
  });

  it('tells a former home that could know from one that could not', () => {
    judge.heard(former, 7_001, request);
    judge.judge(former, 5_007_001);
    judge.heard({ ...former, isInTouch: false }, 14_002, request);
    judge.judge(former, 5_014_002);
    isServerAlive = false;
    judge.judge(former, 5_007_001);
    expect(verdict()).toEqual({ replaysAccepted: 0, formerHomes: 2, wrongHomes: 1 });
  });
});
