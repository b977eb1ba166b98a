export * from './catalogue.ts';
export { type FindModel, type KnownModel, problemOfModels } from './check-models.ts';
export * from './counter.ts';
export * from './definition.ts';
export * from './definition-files.ts';
export * from './encode-command.ts';
export * from './exported-name.ts';
export { checkGolden, Golden } from './golden.ts';
export { fromHex } from './kernel/byte-reader.ts';
export { deviceTimePlace } from './kernel/device-time.ts';
export { lorawan } from './kernel/lorawan.ts';
export { decodeRegisters, wordsOf } from './kernel/register-map.ts';
export { placesOf, type RegisterPlace, widthOf } from './kernel/register-places.ts';
export { SparseRegisterImage } from './kernel/sparse-register-image.ts';
export {
  discoverSunspec,
  placeSunspec,
  type ReadRegisters,
  type SunspecModel,
} from './kernel/sunspec.ts';
export { modelsOfVendor } from './lorawan-vendors.ts';
export { idleRules } from './mapping/apply-mapping.ts';
export { checkMapping } from './mapping/check-mapping.ts';
export { CodecMapping } from './mapping/codec-mapping.ts';
export { decodeByCodec } from './mapping/decode-by-codec.ts';
export { checkCodecCommand, encodeByCodec } from './mapping/encode-by-codec.ts';
export type { ImportedCodec } from './mapping/imported-codec.ts';
export { mutationsOf } from './mutations.ts';
export * from './normalise.ts';
export { ownModels } from './own-model/own-models.ts';
export type { Derivation } from './parameters/derivation.ts';
export { type ParameterSpec, type ParameterValues, problemsOfParameters } from './parameters/parameter.ts';
export { withParameters } from './parameters/with-parameters.ts';
export type { Quantity } from './quantity.ts';
export { readingSchema } from './reading-schema.ts';
export * from './sandbox/codec-call.ts';
export type { CodecScript } from './sandbox/codec-engine.ts';
export { CodecSandbox } from './sandbox/codec-sandbox.ts';
export { UplinkParts } from './uplink-parts.ts';
export * from './vocabulary.ts';
export { vocabularyPage } from './vocabulary-page.ts';
