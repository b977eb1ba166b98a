import { type Logger, pino } from 'pino';

/** Properties that may hold a secret, wherever an object that is logged carries them. */
const SECRETS = [
  'password',
  'secret',
  'token',
  'claim',
  'appKey',
  'nwkSKey',
  'appSKey',
  'key',
  'csr',
  'authorization',
  'cookie',
  'csrfToken',
];

export function createLog(level = process.env.VIGIE_LOG_LEVEL ?? 'info'): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`, `*.headers.${name}`]);
  return pino({ level, base: null, redact: { paths, censor: '[redacted]' }, timestamp: pino.stdTimeFunctions.isoTime });
}
