import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Segment } from './segment.ts';

describe('Segment', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'vigie-segment-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('knows the highest of each mark, whether it came with a record or with the file', () => {
    const segment = new Segment(join(directory, 'a.sqlite'));
    segment.putMarks(new Map(Object.entries({ a: 7, b: 3 })));
    const record = (key: string, value: number) => ({ device: 'm', body: '{}', mark: { key, value } });
    segment.append(1, [record('a', 5), record('b', 9), record('c', 1), { device: 'm', body: '{}' }], []);
    expect(new Map(segment.marks())).toEqual(new Map(Object.entries({ a: 7, b: 9, c: 1 })));
    segment.close();
  });

  it('takes over a file of an earlier release, which has its marks in a table alone', () => {
    const path = join(directory, 'old.sqlite');
    const old = new DatabaseSync(path);
    old.exec(`CREATE TABLE record (seq INTEGER PRIMARY KEY, device TEXT NOT NULL, body TEXT NOT NULL);
      CREATE TABLE mark (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
      INSERT INTO record VALUES (4, 'm', '{}'); INSERT INTO mark VALUES ('a', 7);`);
    old.close();
    const segment = new Segment(path);
    expect(segment.marks()).toEqual([['a', 7]]);
    expect(segment.read({ from: 1, to: 9 }, 1e6)).toEqual([{ seq: 4, body: '{}' }]);
    segment.close();
  });
});
