import { type DestinationStream, type Logger, pino } from 'pino';

/** Names under which a secret may reach a log line by mistake, at any of the first levels. */
const SECRETS = ['appKey', 'nwkKey', 'nwkSKey', 'appSKey', 'key', 'privateKey', 'password', 'token', 'claim'];

export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  };
  return destination ? pino(options, destination) : pino(options);
}
