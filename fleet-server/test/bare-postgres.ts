import { Client } from 'pg';

const MEASURE_MS = 2_000;

/** Rows a second that PostgreSQL takes in transactions of `perTransaction`, one statement with an array for each. */
export async function barePostgres(url: string, bodies: readonly string[], perTransaction: number): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('create table bare (id bigint generated always as identity primary key, body text)');
  const beganMs = performance.now();
  let rows = 0;
  while (performance.now() - beganMs < MEASURE_MS) {
    const group = Array.from({ length: perTransaction }, () => bodies[rows++ % bodies.length] ?? '');
    await client.query('insert into bare (body) select * from unnest($1::text[])', [group]);
  }
  const seconds = (performance.now() - beganMs) / 1_000;
  await client.end();
  return rows / seconds;
}
