import { type CompiledQuery, type DatabaseConnection, type Driver, PostgresDialect } from 'kysely';

const NUL = '\u0000';
const REPLACEMENT = '\ufffd';

/**
 * PostgreSQL's text holds no NUL (PostgreSQL 17, section 8.3): a statement that has one among its values fails, whoever
 * wrote it. Here it is the replacement character, so that what comes from outside is stored, or not found, as in SQLite.
 */
export class TextWithoutNul extends PostgresDialect {
  override createDriver(): Driver {
    const driver = super.createDriver();
    const acquire = driver.acquireConnection.bind(driver);
    const seen = new WeakSet<DatabaseConnection>();
    driver.acquireConnection = async (...options) => {
      const connection = await acquire(...options);
      if (!seen.has(connection)) replaceIn(connection);
      seen.add(connection);
      return connection;
    };
    return driver;
  }
}

function replaceIn(connection: DatabaseConnection): void {
  const execute: DatabaseConnection['executeQuery'] = connection.executeQuery.bind(connection);
  connection.executeQuery = (query) => execute(query.parameters.some(hasNul) ? withoutNul(query) : query);
}

function hasNul(value: unknown): boolean {
  return typeof value === 'string' && value.includes(NUL);
}

function withoutNul(query: CompiledQuery): CompiledQuery {
  const parameters = query.parameters.map((value) =>
    typeof value === 'string' ? value.replaceAll(NUL, REPLACEMENT) : value,
  );
  return { ...query, parameters };
}
