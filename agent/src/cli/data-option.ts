import { Option } from 'commander';

const DEFAULT_DATA_DIRECTORY = '/var/lib/vigie-agent';

/** `--data DIR`, the same in every verb. */
export function dataOption(): Option {
  return new Option('-d, --data <dir>', 'folder of the agent').env('VIGIE_AGENT_DATA').default(DEFAULT_DATA_DIRECTORY);
}
