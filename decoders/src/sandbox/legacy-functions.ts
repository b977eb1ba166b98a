import type { CodecFunction } from './codec-call.ts';

/** A function of the interfaces before TS013, called as one of TS013 would be. */
export interface LegacyFunction {
  name: string;
  /** As people know it. */
  signature: string;
  /** What the TS013 function returns; `f` is the old one, `input` what TS013 gives. */
  returns: string;
}

/**
 * Interfaces that public codecs still have: The Things Network v2 (`Decoder(bytes, port)`, `Encoder(object, port)`) and
 * ChirpStack v3 (`Decode(fPort, bytes, variables)`, `Encode(fPort, object, variables)`), whose arguments are swapped.
 */
export const LEGACY_FUNCTIONS: Readonly<Partial<Record<CodecFunction, readonly LegacyFunction[]>>> = {
  decodeUplink: [
    {
      name: 'Decoder',
      signature: 'Decoder(bytes, port)',
      returns: '{ data: f(input.bytes, input.fPort, input.variables) }',
    },
    {
      name: 'Decode',
      signature: 'Decode(fPort, bytes, variables)',
      returns: '{ data: f(input.fPort, input.bytes, input.variables) }',
    },
  ],
  encodeDownlink: [
    {
      name: 'Encoder',
      signature: 'Encoder(object, port)',
      returns: '{ bytes: f(input.data, input.fPort), fPort: input.fPort }',
    },
    {
      name: 'Encode',
      signature: 'Encode(fPort, object, variables)',
      returns: '{ bytes: f(input.fPort, input.data, input.variables), fPort: input.fPort }',
    },
  ],
};
