import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import type { OutboxRecord } from '@vigie/contract';
import { connectAsync } from 'mqtt';
import { Mosquitto } from '../../../agent/test/mosquitto.ts';

const MEASURE_MS = 2_000;

/** Rows a second that bare SQLite takes in transactions of `perTransaction`, each on the disk (WAL, synchronous FULL). */
export function bareSqlite(bodies: readonly string[], perTransaction: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-sqlite-'));
  const database = new DatabaseSync(join(folder, 'bare.db'));
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table t (id integer primary key, body text)',
  );
  const insert = database.prepare('insert into t (body) values (?)');
  const beganMs = performance.now();
  let rows = 0;
  while (performance.now() - beganMs < MEASURE_MS) {
    database.exec('begin immediate');
    for (let index = 0; index < perTransaction; index += 1) insert.run(bodies[rows++ % bodies.length] ?? '');
    database.exec('commit');
  }
  const seconds = (performance.now() - beganMs) / 1_000;
  database.close();
  rmSync(folder, { recursive: true });
  return rows / seconds;
}

/** Bytes a reading of plain JSON in batches, as it is and after zstd. */
export function bareJson(batches: readonly OutboxRecord[][], readings: number): { plain: number; zstd: number } {
  let [plain, zstd] = [0, 0];
  for (const batch of batches) {
    const text = Buffer.from(JSON.stringify(batch));
    plain += text.length;
    zstd += zstdCompressSync(text).length;
  }
  return { plain: plain / readings, zstd: zstd / readings };
}

const MQTT_MESSAGES = 60_000;
const MQTT_AT_ONCE = 500;

/** Messages a second through a bare broker (mosquitto, no TLS, QoS 0) from one client to another. */
export async function bareMqtt(bodies: readonly string[]): Promise<number> {
  const broker = await Mosquitto.startPlain();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const [from, to] = await Promise.all([connectAsync(url), connectAsync(url)]);
  await to.subscribeAsync('bare', { qos: 0 });
  const payloads = bodies.map((body) => Buffer.from(body));
  let received = 0;
  const beganMs = performance.now();
  const whole = new Promise<void>((resolve) => {
    to.on('message', () => {
      received += 1;
      if (received === MQTT_MESSAGES) resolve();
    });
  });
  for (let sent = 0; sent < MQTT_MESSAGES; ) {
    for (let index = 0; index < MQTT_AT_ONCE; index += 1) {
      from.publish('bare', payloads[sent++ % payloads.length] ?? '', { qos: 0 });
    }
    // A broker drops what a subscriber cannot take: stay in step.
    while (sent - received > 2 * MQTT_AT_ONCE) await new Promise((resolve) => setImmediate(resolve));
  }
  await whole;
  const seconds = (performance.now() - beganMs) / 1_000;
  await Promise.all([from.endAsync(), to.endAsync()]);
  await broker.close();
  return MQTT_MESSAGES / seconds;
}
