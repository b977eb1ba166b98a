import { type Logger, pino } from 'pino';

/** Names under which a secret may reach a log line by mistake, at any of the first levels. */
const SECRETS = ['appKey', 'nwkKey', 'nwkSKey', 'appSKey', 'key', 'privateKey', 'password', 'token', 'claim'];

export function createLog(level: string): Logger {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  });
}
