import type { Pool, PoolClient } from 'pg';
import type { CommitGroup, CommitResult, UplinkLog, UplinkRow } from '../uplink-log.ts';

const INSERT = `
  insert into uplinks (id, stream, seq, tenant, kind, device, asset, domain, at, received_at, stored_at, historical, body,
                       radio_session, frame_counter)
  select id, stream, seq, tenant, kind, device, asset, domain, at, received_at, $12, historical, body,
         radio_session, frame_counter
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::bigint[], $10::bigint[], $11::int[], $13::text[], $14::bigint[], $15::bigint[])
       as t (id, stream, seq, tenant, kind, device, asset, domain, at, received_at, historical, body,
             radio_session, frame_counter)
  on conflict do nothing
  returning id`;

const EVENTS = `
  insert into events (tenant, gateway, device, source, code, severity, message, at, stored_at)
  select tenant, gateway, device, 'gateway', code, severity, message, at, $8
  from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
       as t (tenant, gateway, device, code, severity, message, at)`;

const COMMAND = `
  update commands set state = $1, rank = $2, result = $3, error = $4, updated_at = $5
  where id = $6 and gateway = $7 and rank < $2`;

const COVER = `
  update streams set covered = t.ranges
  from unnest($1::bigint[], $2::text[]) as t (stream, ranges)
  where streams.id = t.stream`;

const POISON = `
  insert into poison_records (stream, seq, tenant, gateway, code, message, body, stored_at)
  select stream, seq, tenant, gateway, code, message, body, $8
  from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
       as t (stream, seq, tenant, gateway, code, message, body)
  on conflict (stream, seq) do nothing`;

/** The driver writes a statement out in one go: with more rows it would hold the event loop up. */
const ROWS_PER_STATEMENT = 250;

/** Columns as arrays: few statements for a group, all in one transaction. */
export function postgresUplinkLog(pool: Pool): UplinkLog {
  return {
    commit: async (group) => {
      const client = await pool.connect();
      try {
        await client.query('begin');
        const result = await write(client, group);
        await client.query('commit');
        client.release();
        return result;
      } catch (error) {
        // A connection whose transaction cannot be ended is not given back to the pool.
        await client.query('rollback').then(
          () => client.release(),
          (broken: Error) => client.release(broken),
        );
        throw error;
      }
    },
  };
}

async function write(client: PoolClient, { storedAt, rows, poison, covered }: CommitGroup): Promise<CommitResult> {
  // The row lock lets writers in one at a time: no id can become visible after a higher one was read.
  const advanced = await client.query<{ id: number }>({
    name: 'uplinks-advance',
    text: `update log_heads set id = id + $1 where name = 'uplinks' returning id`,
    values: [rows.length],
  });
  const first = (advanced.rows[0]?.id ?? 0) - rows.length + 1;
  const fresh = new Set<number>();
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    const inserted = await insert(client, rows.slice(from, from + ROWS_PER_STATEMENT), first + from, storedAt);
    for (const { id } of inserted.rows) fresh.add(id);
  }
  const accepted = rows.filter((_, index) => fresh.has(first + index));
  await writeEvents(client, accepted, storedAt);
  for (const { command, gateway } of accepted) {
    if (!command) continue;
    const { state, rank, result, error, id } = command;
    await client.query(COMMAND, [state, rank, result, error, storedAt, id, gateway]);
  }
  await client.query({
    name: 'streams-cover',
    text: COVER,
    values: [covered.map(({ stream }) => stream), covered.map(({ ranges }) => ranges)],
  });
  if (poison.length > 0) {
    await client.query(POISON, [
      poison.map((row) => row.stream),
      poison.map((row) => row.seq),
      poison.map((row) => row.tenant),
      poison.map((row) => row.gateway),
      poison.map((row) => row.code),
      poison.map((row) => row.message),
      poison.map((row) => row.body),
      storedAt,
    ]);
  }
  return { ids: rows.map((_, index) => (fresh.has(first + index) ? first + index : 0)) };
}

function insert(client: PoolClient, rows: readonly UplinkRow[], first: number, storedAt: number) {
  const column = <T>(of: (row: UplinkRow) => T): T[] => rows.map(of);
  return client.query<{ id: number }>({
    name: 'uplinks-insert',
    text: INSERT,
    values: [
      rows.map((_, index) => first + index),
      column((row) => row.stream),
      column((row) => row.seq),
      column((row) => row.tenant),
      column((row) => row.kind),
      column((row) => row.device),
      column((row) => row.asset),
      column((row) => row.domain),
      column((row) => row.at),
      column((row) => row.receivedAt),
      column((row) => row.historical),
      storedAt,
      column((row) => row.body),
      column((row) => row.once?.session ?? null),
      column((row) => row.once?.counter ?? null),
    ],
  });
}

async function writeEvents(client: PoolClient, accepted: UplinkRow[], storedAt: number): Promise<void> {
  const rows = accepted.flatMap((row) => (row.event ? [{ ...row, event: row.event }] : []));
  if (rows.length === 0) return;
  await client.query(EVENTS, [
    rows.map((row) => row.tenant),
    rows.map((row) => row.gateway),
    rows.map((row) => row.device),
    rows.map((row) => row.event.code),
    rows.map((row) => row.event.severity),
    rows.map((row) => row.event.message),
    rows.map((row) => row.at),
    storedAt,
  ]);
}
