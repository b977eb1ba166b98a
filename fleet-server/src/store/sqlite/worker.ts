import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { createUplinkWriter, type UplinkWriter } from './uplink-writer.ts';
import type { WorkerAnswer, WorkerOrder, WorkerSettings } from './worker-protocol.ts';

/** One connection to the database file in a thread of its own: a slow disk never stalls the broker. */
const MAX_STATEMENTS = 400;
const settings = workerData as WorkerSettings;
const port = parentPort;
if (!port) throw new Error('this file is the body of a worker thread');

const database = new DatabaseSync(settings.path, { readOnly: settings.readOnly, timeout: settings.busyTimeoutMs });
if (!settings.readOnly) {
  database.exec('pragma journal_mode = wal');
  // What was acknowledged to a gateway is deleted there: it must survive a power cut here.
  database.exec('pragma synchronous = full');
  database.exec('pragma foreign_keys = on');
}
database.exec('pragma cache_size = -65536');

const statements = new Map<string, StatementSync>();
let uplinks: UplinkWriter | undefined;

function prepare(sql: string): StatementSync {
  const known = statements.get(sql);
  if (known) return known;
  if (statements.size >= MAX_STATEMENTS) statements.delete(statements.keys().next().value ?? '');
  const fresh = database.prepare(sql);
  statements.set(sql, fresh);
  return fresh;
}

function carryOut(order: WorkerOrder): WorkerAnswer {
  switch (order.op) {
    case 'query': {
      // A full disk has ended the transaction already.
      if (order.sql === 'rollback' && !database.isTransaction) return { id: order.id, rows: [], changes: 0 };
      const statement = prepare(order.sql);
      const parameters = order.parameters as SQLInputValue[];
      if (statement.columns().length > 0) return { id: order.id, rows: statement.all(...parameters), changes: 0 };
      return { id: order.id, rows: [], changes: Number(statement.run(...parameters).changes) };
    }
    case 'commit': {
      uplinks ??= createUplinkWriter(database);
      return { id: order.id, committed: uplinks.commit(order.group) };
    }
    case 'close': {
      statements.clear();
      database.close();
      return { id: order.id, rows: [], changes: 0 };
    }
  }
}

port.on('message', (order: WorkerOrder) => {
  try {
    port.postMessage(carryOut(order));
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    port.postMessage({ id: order.id, error: { message, errcode: errcode ?? 0 } } satisfies WorkerAnswer);
  }
  if (order.op === 'close') port.close();
});
