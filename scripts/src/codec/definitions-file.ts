import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const SOURCE = new URL('../../../decoders/src/', import.meta.url);
const FILE = new URL('definition-files.ts', SOURCE);

interface DefinitionFile {
  protocol: string;
  /** `<vendor>/<model>`. */
  id: string;
}

/** Files of definitions: `lorawan/<vendor>/<model>.ts` and `modbus/<vendor>/<model>.ts`. */
export function definitionFiles(): DefinitionFile[] {
  return ['lorawan', 'modbus']
    .flatMap((protocol) =>
      readdirSync(new URL(protocol, SOURCE), { recursive: true, encoding: 'utf8' })
        .filter((name) => /^[^/]+\/[^/]+\.ts$/.test(name) && !name.endsWith('.test.ts'))
        .map((name) => ({ protocol, id: name.slice(0, -3) })),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The text of decoders/src/definition-files.ts for the files that are there now. */
export function definitionsFile(): string {
  const files = definitionFiles().map(({ protocol, id }) => `  '${protocol}/${id}',`);
  return `// Made by \`scripts/codec index\` from the files of definitions: do not edit.

/** Where each device of the catalogue is defined, from this folder and without the extension, in the order of their ids. */
export const DEFINITION_FILES: readonly string[] = [
${files.join('\n')}
];
`;
}

export function readDefinitionsFile(): string {
  return readFileSync(FILE, 'utf8');
}

export function writeDefinitionsFile(): void {
  writeFileSync(FILE, definitionsFile());
}
