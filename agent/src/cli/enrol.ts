import { parseClaim, VigieError } from '@vigie/contract';
import { Command } from 'commander';
import { openDataDirectory } from '../data-directory.ts';
import { loadIdentity, saveIdentity } from '../enrol/identity.ts';
import { Storage } from '../storage/storage.ts';
import { dataOption } from './data-option.ts';

interface EnrolOptions {
  data: string;
  force: boolean;
  json: boolean;
}

export function enrolCommand(): Command {
  return new Command('enrol')
    .description('Gives this gateway its identity. The private key is made here and never leaves.')
    .argument('<claim>', 'as scanned or typed: vigie:HOST:PORT#FINGERPRINT/CODE; - reads it from standard input')
    .addOption(dataOption())
    .option('--force', 'replace the identity that this gateway has', false)
    .option('--json', 'print the result as one JSON object', false)
    .action(run);
}

async function run(text: string, { data, force, json }: EnrolOptions): Promise<void> {
  const claim = parseClaim(text === '-' ? await readStandardInput() : text);
  if (!claim) throw new VigieError('CLAIM_MALFORMED');
  const paths = openDataDirectory(data);
  const storage = new Storage();
  try {
    await storage.call('openState', paths.state, paths.stateKey);
    const state = storage.stateStore();
    const had = await loadIdentity(state);
    if (had && !force) throw new VigieError('ALREADY_ENROLLED');
    // X.509 takes 20 MB of memory that a running gateway never needs.
    const { enrol } = await import('../enrol/enrol.ts');
    const identity = await enrol(claim);
    await saveIdentity(state, identity);
    const { gateway, tenant, mqtt } = identity;
    const server = `${mqtt.host}:${mqtt.port}`;
    if (json) process.stdout.write(`${JSON.stringify({ ok: true, gateway, tenant, server })}\n`);
    else process.stdout.write(`This gateway is ${gateway} of ${tenant} now; its fleet server is ${server}.\n`);
    // Without an identity an agent looks for one; with one it goes on by that until it ends.
    if (had && !json)
      process.stdout.write('An agent that runs takes it up when it is restarted: systemctl restart vigie-agent\n');
  } finally {
    await storage.close();
  }
}

/** A claim on the command line can be seen in the list of processes; standard input cannot. */
async function readStandardInput(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
