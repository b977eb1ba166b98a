import { FORGET_NONCES, VigieError } from '@vigie/contract';
import { Command } from 'commander';
import { Commands } from '../commands/commands.ts';
import { ConfigDocuments } from '../config/documents.ts';
import { catalogue } from '../registry/catalogue.ts';
import { type DeviceEntry, deviceOfEntry } from '../registry/device-entry.ts';
import { commonOptions, withCommonOptions, withInstallation } from './options.ts';
import { print } from './output.ts';

type DeviceOptions = Omit<DeviceEntry, 'appKey'> & { tenant: string; gateway: string };

const ACTOR = { name: 'cli' };
/** So long the order waits for its gateway. */
const EXPIRES_IN_SECONDS = 86_400;

export function deviceCommand(): Command {
  const add = withCommonOptions(new Command('add'))
    .description('a LoRaWAN device for a gateway; its AppKey is read from standard input')
    .requiredOption('--tenant <tenant>', 'tenant that the gateway belongs to')
    .requiredOption('--gateway <gateway>', 'id of the gateway')
    .requiredOption('--model <vendor/model>', 'as the catalogue names it')
    .option('--code <code>', 'as scanned from the device: LW:D0:…')
    .option('--dev-eui <eui>', 'where there is no code')
    .option('--join-eui <eui>', 'where there is no code')
    .option('--id <id>', 'name in topics and addresses; lw-DEVEUI where absent')
    .option('--name <name>', 'for people')
    .option('--asset <asset>', 'what it measures or drives')
    .option('--class <class>', 'A, or C for what listens all the time', 'A')
    .option('--mac-version <version>', '1.0.2, 1.0.3 or 1.0.4', '1.0.3')
    .action(async (_options, command: Command) => {
      const { tenant, gateway, ...entry } = command.opts<DeviceOptions>();
      const common = commonOptions(command);
      const appKey = await readStandardInput();
      await withInstallation(common, async ({ database: { db }, clock, master }) => {
        const device = deviceOfEntry({ ...entry, appKey }, catalogue);
        const documents = new ConfigDocuments({ db, clock, master, catalogue, onChanged: async () => undefined });
        const { revision } = await documents.addDevice({ tenant }, gateway, device, ACTOR);
        const says = `${device.id} is in revision ${revision} of ${gateway}, which gets it within a minute when it is online`;
        print(common.json, { ok: true, device: device.id, revision }, [says]);
      });
    });
  return new Command('device').description('devices of gateways').addCommand(add).addCommand(forgetNoncesCommand());
}

function forgetNoncesCommand(): Command {
  return withCommonOptions(new Command('forget-nonces'))
    .description('let a LoRaWAN device join that counts its joins from 0 again, as after a reset to factory')
    .requiredOption('--tenant <tenant>', 'tenant that the gateway belongs to')
    .requiredOption('--gateway <gateway>', 'id of the gateway')
    .requiredOption('--device <id>', 'id of the device')
    .action(async (_options, command: Command) => {
      const { tenant, gateway, device } = command.opts<{ tenant: string; gateway: string; device: string }>();
      const common = commonOptions(command);
      await withInstallation(common, async ({ database: { db }, clock }) => {
        // The server that runs beside this hands it over.
        const parts = { db, clock, catalogue, send: () => undefined, isConnected: () => false };
        const commands = new Commands(parts, () => undefined);
        commands.stop();
        const order = { gateway, device, name: FORGET_NONCES, args: {}, expiresInSeconds: EXPIRES_IN_SECONDS };
        const { id } = await commands.create({ tenant }, order, ACTOR);
        print(common.json, { ok: true, command: id }, [`${device} may join again as soon as ${gateway} is online`]);
      });
    });
}

/** A key on the command line can be seen in the list of processes; standard input cannot. */
async function readStandardInput(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('AppKey: ');
  let text = '';
  for await (const part of process.stdin) {
    text += String(part);
    if (text.includes('\n')) break;
  }
  if (text.trim() === '') throw new VigieError('KEY_INVALID', 'AppKey: nothing came on standard input');
  return text;
}
