export * from './catalogue.ts';
export * from './counter.ts';
export * from './definition.ts';
export * from './encode-command.ts';
export { checkGolden, Golden } from './golden.ts';
export { fromHex, toHex } from './kernel/byte-reader.ts';
export { decodeRegisters, rollOverOf, widthOf } from './kernel/register-map.ts';
export { SparseRegisterImage } from './kernel/sparse-register-image.ts';
export {
  discoverSunspec,
  placeSunspec,
  type ReadRegisters,
  type SunspecModel,
} from './kernel/sunspec.ts';
export { applyMapping } from './mapping/apply-mapping.ts';
export { checkMapping, type MappingCheck } from './mapping/check-mapping.ts';
export { CodecMapping } from './mapping/codec-mapping.ts';
export { type CodecRunner, decodeByCodec, type ImportedCodec } from './mapping/decode-by-codec.ts';
export { mutationsOf } from './mutations.ts';
export * from './normalise.ts';
export type { PrivacyClass, Quantity, QuantityKind, SmartDataModelAttribute } from './quantity.ts';
export { readingSchema } from './reading-schema.ts';
export * from './sandbox/codec-call.ts';
export type { CodecScript } from './sandbox/codec-engine.ts';
export { CodecSandbox, type CodecSandboxOptions } from './sandbox/codec-sandbox.ts';
export type { CodecWorkerData } from './sandbox/codec-worker.ts';
export { type Conversion, convert, isKnownUnit, senmlUnit, unitKind } from './units.ts';
export * from './vocabulary.ts';
export { vocabularyPage } from './vocabulary-page.ts';
