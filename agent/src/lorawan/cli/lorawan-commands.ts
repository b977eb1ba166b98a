import { VigieError } from '@vigie/contract';
import { Command } from 'commander';
import { dataOption } from '../../cli/data-option.ts';
import { readRunning } from '../../data-directory.ts';
import type { LorawanStatus } from '../lorawan-status.ts';
import { airtimeLines, deviceLines, frameLine } from './tables.ts';

interface Options {
  data: string;
  json: boolean;
  follow?: boolean;
}

const POLL_MS = 500;

/** `vigie-agent lorawan …`: what the running agent hears, of whom, and how much airtime is left. */
export function lorawanCommand(): Command {
  return new Command('lorawan')
    .description('Shows what the radio of the running agent hears and sends.')
    .addCommand(
      verb('frames', 'the last frames in words: joins, up, down, and why one was refused')
        .option('-f, --follow', 'go on with new ones until Ctrl-C', false)
        .action(showFrames),
    )
    .addCommand(
      verb('devices', 'each device, when it was heard last and how well').action(async ({ data, json }: Options) => {
        const { devices } = await statusOf(data);
        print(json ? devices.map((device) => JSON.stringify(device)) : deviceLines(devices, Date.now()));
      }),
    )
    .addCommand(
      verb('airtime', 'transmission time used and left in each sub-band').action(async ({ data, json }: Options) => {
        const { airtime } = await statusOf(data);
        print(json ? airtime.map((line) => JSON.stringify(line)) : airtimeLines(airtime));
      }),
    );
}

function verb(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(dataOption())
    .option('--json', 'print one JSON object a line', false);
}

async function showFrames({ data, json, follow }: Options): Promise<void> {
  let seen = 0;
  do {
    const { frames } = await statusOf(data);
    const fresh = frames.filter(({ number }) => number > seen);
    print(fresh.map((line) => (json ? JSON.stringify(line) : frameLine(line))));
    seen = fresh.at(-1)?.number ?? seen;
    if (follow) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  } while (follow);
}

/** @throws VigieError AGENT_NOT_RUNNING */
async function statusOf(data: string): Promise<LorawanStatus> {
  const running = readRunning(data);
  if (!running) throw new VigieError('AGENT_NOT_RUNNING', data);
  try {
    const url = `http://127.0.0.1:${running.healthPort}/status`;
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return ((await response.json()) as { lorawan: LorawanStatus }).lorawan;
  } catch (cause) {
    throw new VigieError('AGENT_NOT_RUNNING', data, { cause });
  }
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
