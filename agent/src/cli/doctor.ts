import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { openDataDirectory, readRunning } from '../data-directory.ts';
import { type Identity, loadIdentity } from '../enrol/identity.ts';
import { diagnose, type Finding, type LiveStatus } from '../health/diagnosis.ts';
import { type Language, languageOf, lineOf } from '../health/doctor-words.ts';
import { Storage } from '../storage/storage.ts';
import { dataOption } from './data-option.ts';

interface DoctorOptions {
  data: string;
  json: boolean;
  lang?: Language;
}

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Says how the gateway is and what to do; exits with 1 when something is bad.')
    .addOption(dataOption())
    .option('--json', 'print the findings as one JSON object', false)
    .addOption(new Option('--lang <lang>', 'language; the locale decides where absent').choices(['fr', 'en']))
    .action(run);
}

async function run({ data, json, lang }: DoctorOptions): Promise<void> {
  const identity = await readIdentity(data);
  const findings = [...findIdentity(identity), ...(await findRunning(data, identity !== undefined))];
  const ok = findings.every(({ verdict }) => verdict !== 'bad');
  if (json) process.stdout.write(`${JSON.stringify({ ok, findings })}\n`);
  else {
    const language = lang ?? languageOf(process.env);
    for (const finding of findings) process.stdout.write(`${lineOf(finding, language)}\n`);
  }
  process.exitCode = ok ? 0 : 1;
}

function findIdentity(identity: Identity | undefined): Finding[] {
  if (!identity) return [{ check: 'identity', verdict: 'bad', detail: 'NOT_ENROLLED', code: 'NOT_ENROLLED' }];
  const certificate = new X509Certificate(identity.certificate);
  const daysLeft = Math.floor((Date.parse(certificate.validTo) - Date.now()) / 86_400_000);
  return [
    { check: 'identity', verdict: 'good', detail: `${identity.gateway} (${identity.tenant})` },
    {
      check: 'certificate',
      verdict: daysLeft < 0 ? 'bad' : daysLeft < 30 ? 'warning' : 'good',
      detail: `${daysLeft} d`,
      ...(daysLeft < 0 ? { reason: 'certificateEnded' } : daysLeft < 30 ? { reason: 'certificateEnds' } : {}),
    },
  ];
}

async function readIdentity(data: string): Promise<Identity | undefined> {
  if (!existsSync(data)) return undefined;
  const storage = new Storage();
  try {
    const { state, stateKey } = openDataDirectory(data);
    await storage.call('openState', state, stateKey);
    return await loadIdentity(storage.stateStore());
  } finally {
    await storage.close();
  }
}

/** Before it has an identity an agent waits and opens no port: that it does not answer means nothing. */
async function findRunning(data: string, enrolled: boolean): Promise<Finding[]> {
  const running = readRunning(data);
  if (!running && !enrolled) return [{ check: 'running', verdict: 'warning', detail: '', reason: 'waitsForClaim' }];
  if (!running) return [{ check: 'running', verdict: 'bad', detail: '', reason: 'notRunning' }];
  try {
    const response = await fetch(`http://127.0.0.1:${running.healthPort}/status`, {
      signal: AbortSignal.timeout(5_000),
    });
    return diagnose((await response.json()) as LiveStatus);
  } catch {
    return [{ check: 'running', verdict: 'bad', detail: `127.0.0.1:${running.healthPort}`, reason: 'notAnswering' }];
  }
}
