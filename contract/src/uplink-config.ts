import Type, { type Static } from 'typebox';
import { HostName, Port } from './primitives.ts';

const strict = { additionalProperties: false } as const;
const TimeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' });

/** How the gateway uses its line to the fleet server. */
export const UplinkConfig = Type.Object(
  {
    /** Most bytes of batches in a second, on average; alarms go in any case and are taken from what comes after them. */
    maxBytesPerSecond: Type.Optional(Type.Integer({ minimum: 64, maximum: 1_000_000_000 })),
    /** Each byte costs: readings go only between these times, alarms, command results and events at once. */
    metered: Type.Optional(
      Type.Object(
        {
          from: TimeOfDay,
          /** Before `from` it means the next day. */
          until: TimeOfDay,
          /** IANA name; UTC where absent. */
          timeZone: Type.Optional(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_+/-]{1,63}$' })),
        },
        strict,
      ),
    ),
    /** Further addresses of the fleet server, tried in turn after the one that the gateway enrolled at. */
    servers: Type.Optional(Type.Array(Type.Object({ host: HostName, port: Port }, strict), { maxItems: 8 })),
  },
  strict,
);
export type UplinkConfig = Static<typeof UplinkConfig>;
