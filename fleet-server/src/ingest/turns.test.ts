import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

it('lets others in between pieces of work, and keeps their order', async () => {
  let nowMs = 0;
  const turns = new Turns(() => nowMs);
  const order: string[] = [];
  const work = ['a', 'b', 'c', 'd'].map((name) =>
    turns.run(() => {
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
  const failing = turns.run(() => {
    throw new Error('no');
  });
  const next = turns.run(() => 1);
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe(1);
});
