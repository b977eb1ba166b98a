import { readFileSync } from 'node:fs';
import { describeViolations, VigieError, validate } from '@vigie/contract';
import { checkGolden, type Definition, Golden, listDefinitions, mutationsOf } from '@vigie/decoders';
import type { Command } from 'commander';
import { definitionsFile, readDefinitionsFile } from './definitions-file.ts';

interface Verdict {
  id: string;
  cases: number;
  mutations: number;
  problems: string[];
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('walk the catalogue: each definition against its golden, and each golden against wrong definitions')
    .argument('[vendor/model...]', 'only these')
    .option('--json', 'print one JSON object')
    .action((ids: string[], { json }: { json?: boolean }) => {
      for (const id of ids)
        if (!listDefinitions().some((definition) => definition.id === id)) throw new VigieError('MODEL_UNKNOWN', id);
      const verdicts = listDefinitions()
        .filter(({ id }) => ids.length === 0 || ids.includes(id))
        .map(judge);
      const stale = definitionsFile() !== readDefinitionsFile();
      if (json) process.stdout.write(`${JSON.stringify({ indexStale: stale, definitions: verdicts })}\n`);
      else print(verdicts, stale);
      if (stale || verdicts.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
    });
}

function print(verdicts: readonly Verdict[], stale: boolean): void {
  for (const { id, cases, mutations, problems } of verdicts) {
    process.stdout.write(`${problems.length === 0 ? 'ok  ' : 'BAD '} ${id}  ${cases} cases, ${mutations} mutations\n`);
    for (const problem of problems) process.stdout.write(`     ${problem}\n`);
  }
  if (stale) process.stdout.write('BAD  decoders/src/definition-files.ts is stale: run scripts/codec index\n');
}

function judge(definition: Definition): Verdict {
  const { id, protocol } = definition;
  const golden = readGolden(`${protocol}/${id}.golden.json`);
  if (typeof golden === 'string') return { id, cases: 0, mutations: 0, problems: [golden] };
  const mutations = mutationsOf(definition);
  const unnoticed = mutations.filter(({ mutated }) => checkGolden(mutated, golden).length === 0);
  return {
    id,
    cases: golden.decode.length + (golden.commands?.length ?? 0),
    mutations: mutations.length,
    problems: [
      ...checkGolden(definition, golden),
      ...unnoticed.map(({ description }) => `the golden does not notice ${description}`),
    ],
  };
}

function readGolden(path: string): Golden | string {
  try {
    const checked = validate(
      Golden,
      JSON.parse(readFileSync(new URL(`../../../decoders/src/${path}`, import.meta.url), 'utf8')),
    );
    return checked.ok ? checked.value : `${path}: ${describeViolations(checked.violations)}`;
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
