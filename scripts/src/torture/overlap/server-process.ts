import { createApiToken } from '../../../../fleet-server/src/identity/api-tokens.ts';
import { openInstallation } from '../../../../fleet-server/src/installation.ts';
import { createLog } from '../../../../fleet-server/src/log.ts';
import { type ServerOptions, startServer } from '../../../../fleet-server/src/server.ts';

export interface ServerOrder {
  dataFolder: string;
  httpPort: number;
  mqttPort: number;
  moveRules: NonNullable<ServerOptions['moveRules']>;
}

export interface ServerReport {
  httpPort: number;
  mqttPort: number;
  ca: string;
  token: string;
}

/** A whole fleet server whose homes move within seconds instead of minutes. */
async function run({ dataFolder, httpPort, mqttPort, moveRules }: ServerOrder): Promise<void> {
  const installation = await openInstallation({ dataFolder });
  const server = await startServer({
    ...{ installation, host: '127.0.0.1', bind: '127.0.0.1', httpPort, mqttPort, moveRules },
    consoleFolder: '/nonexistent',
    log: createLog(process.env.VIGIE_TORTURE_LOG ?? 'silent'),
    apiLimits: { requestsPerMinute: 1_000_000, liveStreams: 10 },
  });
  const { http, mqtt } = server;
  const { database, clock, ca } = installation;
  const parts = { db: database.db, clock };
  const order = { name: `torture ${clock.now()}`, tenant: null, role: 'administrator' as const };
  const { secret: token } = await createApiToken(parts, order, { name: 'cli' });
  const report: ServerReport = { httpPort: http.port, mqttPort: mqtt.port, ca: ca.certificatePem, token };
  process.send?.(report);
}

process.on('message', (order: ServerOrder) => {
  run(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});

// Whoever started it is gone.
process.on('disconnect', () => process.exit(1));
