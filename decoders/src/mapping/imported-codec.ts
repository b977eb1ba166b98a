import type { CodecScript } from '../sandbox/codec-engine.ts';
import type { CodecMapping } from './codec-mapping.ts';

/** A device that is decoded by its vendor's script and a mapping instead of a definition of the catalogue. */
export interface ImportedCodec {
  script: CodecScript;
  mapping: CodecMapping;
  /** ChirpStack's device variables. */
  variables?: Readonly<Record<string, string>>;
}
