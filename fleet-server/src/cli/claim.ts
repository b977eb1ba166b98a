import { formatClaim, VigieError } from '@vigie/contract';
import { Command } from 'commander';
import { createClaim } from '../identity/claims.ts';
import { createGateway } from '../registry/gateways.ts';
import { createTenant, findTenant } from '../registry/tenants.ts';
import { commonOptions, withCommonOptions, withInstallation } from './options.ts';
import { print } from './output.ts';

const ACTOR = { name: 'cli' };

export function claimCommand(): Command {
  const create = withCommonOptions(new Command('create'))
    .description('a single-use claim for a gateway; tenant and gateway are made where they do not exist')
    .requiredOption('--tenant <tenant>', 'tenant that the gateway belongs to')
    .requiredOption('--gateway <gateway>', 'id of the gateway')
    .option('--host <name>', 'name or address of the server', '127.0.0.1')
    .option('--port <port>', 'its HTTPS port', '8443')
    .action(async (_options, command: Command) => {
      const options = {
        ...command.opts<{ tenant: string; gateway: string; host: string; port: string }>(),
        ...commonOptions(command),
      };
      await withInstallation(options, async ({ database: { db }, ca, clock }) => {
        const parts = { db, clock };
        const { tenant, gateway } = options;
        if (!(await findTenant(db, tenant))) await createTenant(parts, { id: tenant, name: tenant }, ACTOR);
        await createGateway(parts, { tenant }, { id: gateway, name: gateway }, ACTOR).catch((error: unknown) => {
          if (!(error instanceof VigieError && error.code === 'CONFLICT')) throw error;
        });
        const { code, expiresAt } = await createClaim(parts, { tenant, gateway }, ACTOR);
        const claim = formatClaim({
          host: options.host,
          port: Number(options.port),
          caFingerprint: ca.fingerprint,
          code,
        });
        print(options.json, { claim, expiresAt }, [claim, `valid until ${new Date(expiresAt).toISOString()}, once`]);
      });
    });
  return new Command('claim').description('claims of gateways').addCommand(create);
}
