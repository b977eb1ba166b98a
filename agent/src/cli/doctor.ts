import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Command, Option } from 'commander';
import { openDataDirectory, readRunning } from '../data-directory.ts';
import { type Identity, loadIdentity } from '../enrol/identity.ts';
import { type CheckName, diagnose, type Finding, type LiveStatus } from '../health/diagnosis.ts';
import { Storage } from '../storage/storage.ts';
import { dataOption } from './data-option.ts';

type Language = 'en' | 'fr';

const WORDS: Record<Language, Record<CheckName | Finding['verdict'], string>> = {
  en: {
    running: 'agent',
    identity: 'identity',
    certificate: 'certificate',
    clock: 'clock',
    link: 'fleet server',
    configuration: 'configuration',
    sections: 'sections of the configuration',
    buffer: 'records that wait',
    ledger: 'ledgers balance',
    drops: 'dropped',
    devices: 'devices that do not answer',
    lines: 'load of serial lines',
    radios: 'radios heard',
    networks: 'other LoRaWAN networks',
    joins: 'mistyped EUI',
    good: 'good',
    warning: 'look',
    bad: 'BAD',
  },
  fr: {
    running: 'agent',
    identity: 'identité',
    certificate: 'certificat',
    clock: 'horloge',
    link: 'serveur de flotte',
    configuration: 'configuration',
    sections: 'sections de la configuration',
    buffer: 'enregistrements en attente',
    ledger: 'comptes équilibrés',
    drops: 'écarté',
    devices: 'équipements muets',
    lines: 'charge des lignes série',
    radios: 'radios entendues',
    networks: 'autres réseaux LoRaWAN',
    joins: 'EUI mal saisi',
    good: 'bon',
    warning: 'à voir',
    bad: 'MAUVAIS',
  },
};

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
  const findings = [...(await findIdentity(data)), ...(await findRunning(data))];
  const ok = findings.every(({ verdict }) => verdict !== 'bad');
  if (json) process.stdout.write(`${JSON.stringify({ ok, findings })}\n`);
  else {
    const words = WORDS[lang ?? languageOfLocale()];
    for (const { check, verdict, detail } of findings) {
      process.stdout.write(`${words[verdict].padEnd(8)} ${words[check].padEnd(30)} ${detail}\n`);
    }
  }
  process.exitCode = ok ? 0 : 1;
}

function languageOfLocale(): Language {
  return (process.env.LC_ALL ?? process.env.LANG ?? '').startsWith('fr') ? 'fr' : 'en';
}

async function findIdentity(data: string): Promise<Finding[]> {
  const identity = await readIdentity(data);
  if (!identity) return [{ check: 'identity', verdict: 'bad', detail: 'NOT_ENROLLED: vigie-agent enrol' }];
  const certificate = new X509Certificate(identity.certificate);
  const daysLeft = Math.floor((Date.parse(certificate.validTo) - Date.now()) / 86_400_000);
  return [
    { check: 'identity', verdict: 'good', detail: `${identity.gateway} (${identity.tenant})` },
    {
      check: 'certificate',
      verdict: daysLeft < 0 ? 'bad' : daysLeft < 30 ? 'warning' : 'good',
      detail: `${daysLeft} d`,
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

async function findRunning(data: string): Promise<Finding[]> {
  const running = readRunning(data);
  if (!running) return [{ check: 'running', verdict: 'bad', detail: 'systemctl status vigie-agent' }];
  try {
    const response = await fetch(`http://127.0.0.1:${running.healthPort}/status`, {
      signal: AbortSignal.timeout(5_000),
    });
    return diagnose((await response.json()) as LiveStatus);
  } catch (error) {
    return [{ check: 'running', verdict: 'bad', detail: `127.0.0.1:${running.healthPort} ${String(error)}` }];
  }
}
