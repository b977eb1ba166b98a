import { Argument, Command, Option } from 'commander';
import { reportFailure } from '../report-failure.ts';
import { bundle } from './bundle.ts';

interface BundleOptions {
  arch: 'arm64' | 'x64';
  output: string;
  json: boolean;
}

const bundleCommand = new Command('bundle')
  .description('Packs a program with its runtime and its installation into one archive.')
  .addArgument(new Argument('<program>').choices(['agent', 'server']))
  .addOption(new Option('--arch <arch>', 'machine it will run on').choices(['arm64', 'x64']).default('arm64'))
  .option('--output <dir>', 'folder of the archive', 'dist')
  .option('--json', 'print the result as one JSON object', false)
  .action(async (program: 'agent' | 'server', { arch, output, json }: BundleOptions) => {
    const { file, bytes, sha256 } = await bundle(program, arch, output);
    if (json) process.stdout.write(`${JSON.stringify({ file, bytes, sha256 })}\n`);
    else process.stdout.write(`${file}: ${(bytes / 1_048_576).toFixed(1)} MiB, SHA-256 ${sha256}\n`);
  });

await new Command('scripts/release')
  .description('Makes what is installed on a gateway or a server.')
  .addCommand(bundleCommand)
  .parseAsync()
  .catch(reportFailure);
