import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

const GATEWAY = { tenant: 'ville', gateway: 'gw-1' };

it('lets others in between pieces of work, and keeps their order', async () => {
  let nowMs = 0;
  const turns = new Turns(() => nowMs);
  const order: string[] = [];
  const work = ['a', 'b', 'c', 'd'].map((name) =>
    turns.run(GATEWAY, () => {
      order.push(name);
      nowMs += 5;
      return name;
    }),
  );
  setImmediate(() => order.push('other'));
  expect(await Promise.all(work)).toEqual(['a', 'b', 'c', 'd']);
  // Two pieces of 5 ms use the 8 ms of a turn up.
  expect(order).toEqual(['a', 'b', 'other', 'c', 'd']);
});

it('hands on what a piece of work throws, and goes on', async () => {
  const turns = new Turns(() => 0);
  const failing = turns.run(GATEWAY, () => {
    throw new Error('no');
  });
  const next = turns.run(GATEWAY, () => 1);
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe(1);
});

it('takes gateways in turns, and what has one order before all else', async () => {
  const turns = new Turns(() => 0);
  const order: string[] = [];
  const note = (name: string) => () => order.push(name);
  const work = [
    ...['flood-1', 'flood-2', 'flood-3'].map((name) => turns.run(GATEWAY, note(name))),
    turns.run({ tenant: 'bourg', gateway: 'gw-2' }, note('other')),
    turns.inOrder(note('first')),
    turns.inOrder(note('second')),
  ];
  await Promise.all(work);
  expect(order).toEqual(['first', 'second', 'flood-1', 'other', 'flood-2', 'flood-3']);
});
