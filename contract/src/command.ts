import Type, { type Static } from 'typebox';
import { EpochMs, Slug } from './primitives.ts';

/** Arguments of a command as the device's definition names them, e.g. `{ "level": 40 }`. */
export const CommandArguments = Type.Record(
  Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,31}$' }),
  Type.Union([Type.Number(), Type.String({ maxLength: 1_024 }), Type.Boolean()]),
);
export type CommandArguments = Static<typeof CommandArguments>;

/** Orders that the network carries out by itself, whatever the device's model: `lorawan.forgetNonces` has no arguments. */
export const FORGET_NONCES = 'lorawan.forgetNonces';

/**
 * An order for one device, in the words of its definition (`lamp.dim`, `relay.switch`, `interval.set`).
 * The gateway stores it before it acts and never executes an `id` twice.
 */
export const CommandRequest = Type.Object({
  v: Type.Integer({ minimum: 1 }),
  id: Type.String({ format: 'uuid' }),
  device: Slug,
  name: Type.String({ pattern: '^[a-z][A-Za-z0-9]*(\\.[A-Za-z0-9]+)+$', maxLength: 64 }),
  args: CommandArguments,
  issuedAt: EpochMs,
  expiresAt: EpochMs,
  /** Not carried out before this: several gateways and groups can so act at one moment. */
  notBefore: Type.Optional(EpochMs),
});
export type CommandRequest = Static<typeof CommandRequest>;
