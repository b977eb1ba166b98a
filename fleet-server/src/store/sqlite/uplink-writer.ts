import type { DatabaseSync } from 'node:sqlite';
import type { CommitGroup, CommitResult } from '../uplink-log.ts';

export interface UplinkWriter {
  commit(group: CommitGroup): CommitResult;
}

function prepare(database: DatabaseSync) {
  return {
    head: database.prepare(`select id from log_heads where name = 'uplinks'`),
    advance: database.prepare(`update log_heads set id = ? where name = 'uplinks'`),
    insert: database.prepare(
      `insert into uplinks (id, stream, seq, tenant, kind, device, asset, domain, at, received_at, stored_at, historical, body, radio_session, frame_counter)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
    ),
    event: database.prepare(
      `insert into events (tenant, gateway, device, source, code, severity, message, at, stored_at)
       values (?, ?, ?, 'gateway', ?, ?, ?, ?, ?)`,
    ),
    command: database.prepare(
      `update commands set state = ?, rank = ?, result = ?, error = ?, updated_at = ?
       where id = ? and gateway = ? and rank < ?`,
    ),
    cover: database.prepare('update streams set covered = ? where id = ?'),
    poison: database.prepare(
      `insert into poison_records (stream, seq, tenant, gateway, code, message, body, stored_at)
       values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (stream, seq) do nothing`,
    ),
  };
}

/** Prepared statements, one transaction for a group: one fsync for all gateways that spoke meanwhile. */
export function createUplinkWriter(database: DatabaseSync): UplinkWriter {
  const { head, advance, insert, event, command, cover, poison } = prepare(database);

  function write({ storedAt, rows, poison: poisonRows, covered }: CommitGroup): CommitResult {
    let id = Number((head.get() as { id: number }).id);
    const ids: number[] = [];
    for (const row of rows) {
      const { stream, seq, tenant, kind, device, asset, domain, at, receivedAt, historical, body } = row;
      const { changes } = insert.run(
        id + 1,
        stream,
        seq,
        tenant,
        kind,
        device,
        asset,
        domain,
        at,
        receivedAt,
        storedAt,
        historical,
        body,
        row.once?.session ?? null,
        row.once?.counter ?? null,
      );
      if (changes === 0) {
        ids.push(0);
        continue;
      }
      id += 1;
      ids.push(id);
      if (row.event) {
        event.run(tenant, row.gateway, device, row.event.code, row.event.severity, row.event.message, at, storedAt);
      }
      if (row.command) {
        const { id: commandId, state, rank, result, error } = row.command;
        command.run(state, rank, result, error, storedAt, commandId, row.gateway, rank);
      }
    }
    for (const row of poisonRows) {
      poison.run(row.stream, row.seq, row.tenant, row.gateway, row.code, row.message, row.body, storedAt);
    }
    for (const { stream, ranges } of covered) cover.run(ranges, stream);
    advance.run(id);
    return { ids };
  }

  return {
    commit: (group) => {
      database.exec('begin immediate');
      try {
        const result = write(group);
        database.exec('commit');
        return result;
      } catch (error) {
        // A full disk has ended the transaction already: what failed first is what is told.
        if (database.isTransaction) database.exec('rollback');
        throw error;
      }
    },
  };
}
