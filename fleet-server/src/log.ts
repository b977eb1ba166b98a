import { type DestinationStream, type Logger, pino } from 'pino';

/** Properties that may hold a secret, wherever an object that is logged carries them. */
const SECRETS = [
  ...['password', 'secret', 'token', 'csrfToken', 'claim', 'csr', 'key', 'privateKey'],
  ...['appKey', 'nwkSKey', 'appSKey', 'authorization', 'cookie'],
];
const DEPTHS = ['', '*.', '*.*.', '*.*.*.'];

export function createLog(level = process.env.VIGIE_LOG_LEVEL ?? 'info', destination?: DestinationStream): Logger {
  const paths = SECRETS.flatMap((name) => DEPTHS.map((depth) => `${depth}${name}`));
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths, censor: '[redacted]' },
  };
  return destination ? pino(options, destination) : pino(options);
}
