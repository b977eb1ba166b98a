import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const SOURCE = new URL('../../../decoders/src/', import.meta.url);
const FILE = new URL('definitions.ts', SOURCE);

interface DefinitionFile {
  /** From decoders/src, such as `./lorawan/bosch/tps110.ts`. */
  path: string;
  id: string;
  exported: string;
}

/** Files of definitions: `lorawan/<vendor>/<model>.ts` and `modbus/<vendor>/<model>.ts`. */
export function definitionFiles(): DefinitionFile[] {
  return ['lorawan', 'modbus']
    .flatMap((protocol) =>
      readdirSync(new URL(protocol, SOURCE), { recursive: true, encoding: 'utf8' })
        .filter((name) => /^[^/]+\/[^/]+\.ts$/.test(name) && !name.endsWith('.test.ts'))
        .map((name) => ({ path: `./${protocol}/${name}`, id: name.slice(0, -3), exported: exportedName(name) })),
    )
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** `imst/io-ke868.ts` exports `ioKe868`; a name that would begin with a digit begins with `model`. */
export function exportedName(file: string): string {
  const model = file.replace(/^.*\//, '').replace(/\.ts$/, '');
  const camel = model.replaceAll(/[-.]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return /^[0-9]/.test(camel) ? `model${camel}` : camel;
}

/** The text of decoders/src/definitions.ts for the files that are there now. */
export function definitionsFile(): string {
  const files = definitionFiles();
  const taken = Map.groupBy(files, ({ exported }) => exported);
  const rows = files.map((file) => ({
    ...file,
    local:
      taken.get(file.exported)?.length === 1
        ? file.exported
        : `${exportedName(file.id.replace(/\/.*/, ''))}${capital(file.exported)}`,
  }));
  const imports = rows
    // without the extension and numbers by their value, as the linter orders imports: `zlamp` comes before
    // `zlamp-relay`, `sdm72` before `sdm120`
    .toSorted((a, b) => (naturalKey(a.path.slice(0, -3)) < naturalKey(b.path.slice(0, -3)) ? -1 : 1))
    .map(
      ({ exported, local, path }) =>
        `import { ${exported}${local === exported ? '' : ` as ${local}`} } from '${path}';`,
    );
  return `// Made by \`scripts/codec index\` from the files of definitions: do not edit.
import type { Definition } from './definition.ts';
${imports.join('\n')}

/** All devices of the catalogue, in the order of their ids. */
export const DEFINITIONS: readonly Definition[] = [
${rows.map(({ local }) => `  ${local},`).join('\n')}
];
`;
}

export function readDefinitionsFile(): string {
  return readFileSync(FILE, 'utf8');
}

export function writeDefinitionsFile(): void {
  writeFileSync(FILE, definitionsFile());
}

/** Orders as text does, with every number as wide as the widest. */
function naturalKey(text: string): string {
  return text.replaceAll(/\d+/g, (digits) => digits.padStart(12, '0'));
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
