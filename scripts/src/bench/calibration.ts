import { createCipheriv, createHash, createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export const CALIBRATION_PARTS = ['crypto', 'json', 'commits'] as const;
export type CalibrationPart = (typeof CALIBRATION_PARTS)[number];

/**
 * What this machine does in a second, one thread, in the same Node and the same minutes as a bench: `crypto` blocks of 1,024 bytes
 * (AES-128, SHA-256 and HMAC of each), `json` documents of 2 kB read and written, `commits` to the disk of the temporary folder.
 */
export type Calibration = Readonly<Record<CalibrationPart, number>>;

const WARM_UP_MS = 150;
const SPELL_MS = 350;
const SPELLS = 3;
const BLOCK_BYTES = 1_024;
const DOCUMENT_READINGS = 24;
const ROW_BYTES = 350;

/** Three spells of each part, after a warm-up: about four seconds. */
export function calibrationSpells(): Calibration[] {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-calibration-'));
  const database = new DatabaseSync(join(folder, 'commits.db'));
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table row (id integer primary key, body)',
  );
  const insert = database.prepare('insert into row (body) values (?)');
  const works: Record<CalibrationPart, () => void> = {
    crypto: cryptoWork(),
    json: jsonWork(),
    // A statement outside of a transaction is one.
    commits: () => insert.run('x'.repeat(ROW_BYTES)),
  };
  try {
    for (const part of CALIBRATION_PARTS) rateOf(works[part], WARM_UP_MS);
    return Array.from({ length: SPELLS }, () => ({
      crypto: rateOf(works.crypto, SPELL_MS),
      json: rateOf(works.json, SPELL_MS),
      commits: rateOf(works.commits, SPELL_MS),
    }));
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
}

/** The middle of the spells of each part: of those before a bench and those after it. */
export function calibrationOf(spells: readonly Calibration[]): Calibration {
  const middle = (part: CalibrationPart) => {
    const sorted = spells.map((spell) => spell[part]).sort((a, b) => a - b);
    const [low = Number.NaN, high = Number.NaN] = [
      sorted[Math.floor((sorted.length - 1) / 2)],
      sorted[Math.ceil((sorted.length - 1) / 2)],
    ];
    return (low + high) / 2;
  };
  return { crypto: middle('crypto'), json: middle('json'), commits: middle('commits') };
}

function rateOf(work: () => void, forMs: number): number {
  const beganMs = performance.now();
  let done = 0;
  let elapsedMs = 0;
  for (; elapsedMs < forMs; elapsedMs = performance.now() - beganMs) {
    work();
    done += 1;
  }
  return (done * 1_000) / elapsedMs;
}

function cryptoWork(): () => void {
  const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const block = Buffer.alloc(BLOCK_BYTES, 0x5a);
  return () => {
    const cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
    const sealed = cipher.update(block);
    cipher.final();
    createHash('sha256').update(sealed).digest();
    createHmac('sha256', key).update(sealed).digest();
  };
}

function jsonWork(): () => void {
  const readings = Array.from({ length: DOCUMENT_READINGS }, (_, index) => ({
    quantity: 'elec.energy.active.import',
    channel: `L${index}`,
    value: 1_000_003 * index,
    quality: index % 7 === 0 ? 'suspect' : 'good',
  }));
  const document = JSON.stringify({ device: 'meter-17', receivedAt: 1_700_000_000_000, readings });
  return () => {
    JSON.stringify(JSON.parse(document));
  };
}
