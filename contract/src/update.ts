import Type, { type Static } from 'typebox';

/** What a release of the agent consists of; it travels as the custom part of a TUF target (TUF specification 1.0, 4.5). */
export const UpdateManifest = Type.Object({
  v: Type.Integer({ minimum: 1 }),
  artifact: Type.Union([Type.Literal('agent'), Type.Literal('node-runtime'), Type.Literal('updater')]),
  version: Type.String({ pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$', maxLength: 64 }),
  architecture: Type.Union([Type.Literal('arm64'), Type.Literal('x64'), Type.Literal('any')]),
  /** Length of the archive and SHA-256 of it in lower-case hexadecimal. */
  bytes: Type.Integer({ minimum: 1, maximum: 1_073_741_824 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  /** Bounds for extraction: more bytes or entries than said here is an attack. */
  unpackedBytes: Type.Integer({ minimum: 1 }),
  entries: Type.Integer({ minimum: 1, maximum: 100_000 }),
  /** Runtime and configuration schema that this release needs. */
  requires: Type.Object({
    node: Type.String({ maxLength: 64 }),
    configSchema: Type.Integer({ minimum: 1 }),
  }),
  securityFix: Type.Optional(Type.Boolean()),
});
export type UpdateManifest = Static<typeof UpdateManifest>;
