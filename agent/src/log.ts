import { type DestinationStream, type Logger, pino } from 'pino';

/** Names under which a secret may reach a log line by mistake, at any of the first levels. */
const SECRETS = [
  ...['appKey', 'nwkKey', 'nwkSKey', 'appSKey', 'key', 'privateKey'],
  ...['password', 'secret', 'token', 'csrfToken', 'claim', 'csr', 'authorization', 'cookie'],
];
const DEPTHS = ['', '*.', '*.*.', '*.*.*.'];

export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((name) => DEPTHS.map((depth) => `${depth}${name}`)), censor: '[redacted]' },
  };
  return destination ? pino(options, destination) : pino(options);
}
