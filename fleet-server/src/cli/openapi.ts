import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { pino } from 'pino';
import { describeApi } from '../api/api-description.ts';
import { openInstallation } from '../installation.ts';
import { startServer } from '../server.ts';

export function openapiCommand(): Command {
  return new Command('openapi')
    .description('write the description of the API (OpenAPI 3.1)')
    .argument('<file>')
    .action(async (file: string) => {
      const dataFolder = await mkdtemp(join(tmpdir(), 'vigie-openapi-'));
      const installation = await openInstallation({ dataFolder });
      const local = { host: '127.0.0.1', bind: '127.0.0.1', httpPort: 0, mqttPort: 0 };
      const log = pino({ level: 'silent' });
      const server = await startServer({ installation, ...local, consoleFolder: dataFolder, log });
      await writeFile(file, `${JSON.stringify(describeApi(server.app.swagger()), null, 2)}\n`);
      await server.close();
      await rm(dataFolder, { recursive: true, force: true });
    });
}
