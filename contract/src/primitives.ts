import Type from 'typebox';

/** Milliseconds since 1970-01-01T00:00:00Z. The upper bound is the year 9999. */
export const EpochMs = Type.Integer({ minimum: 0, maximum: 253_402_300_799_999 });

/** Name of a tenant, site, gateway, device, asset or bus: safe in a topic, a URL and a file name. */
export const Slug = Type.String({ pattern: '^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$' });

/** `vendor/model` in the catalogue of definitions. */
export const ModelId = Type.String({ pattern: '^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9.-]*$', maxLength: 96 });

/** EUI-64 in lower-case hexadecimal, most significant byte first. */
export const Eui64 = Type.String({ pattern: '^[0-9a-f]{16}$' });

/** 128-bit AES key in lower-case hexadecimal. */
export const AesKey = Type.String({ pattern: '^[0-9a-f]{32}$' });

/** DevAddr in lower-case hexadecimal, most significant byte first. */
export const DevAddr = Type.String({ pattern: '^[0-9a-f]{8}$' });

/** A stable error or event code such as `LORAWAN_MIC_INVALID`. */
export const Code = Type.String({ pattern: '^[A-Z][A-Z0-9_]{2,63}$' });

/**
 * What a name must not hold, as part of a character class: controls (C0, C1), format characters (bidirectional marks and
 * overrides, zero width, tags), line and paragraph separators, fillers that show nothing, and halves of surrogate pairs.
 * Such a name looks like another, turns the text around it over, or cannot be stored.
 */
const NEVER_IN_NAMES =
  '\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Cn}\\u2028\\u2029\\u115f\\u1160\\u17b4\\u17b5\\u3164\\uffa0\\u2800\\u034f\\ufe00-\\ufe0f\\u180b-\\u180f';

/** A name that people give and read. It holds something that shows, and no space at either end. */
export const HumanName = Type.String({
  minLength: 1,
  maxLength: 128,
  pattern: `^(?=[^${NEVER_IN_NAMES}]*$)\\S(?:.*\\S)?$`,
});

export const Port = Type.Integer({ minimum: 1, maximum: 65_535 });
const BYTE = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
/** An IPv4 or IPv6 address, or a network in CIDR notation (RFC 4632, RFC 4291). */
export const IpNetwork = Type.String({
  pattern: `^(?:(?:${BYTE}\\.){3}${BYTE}(?:/(?:3[0-2]|[12]?[0-9]))?|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)$`,
});

/** Name or address of a host. */
export const HostName = Type.String({ pattern: '^[A-Za-z0-9.:_-]{1,253}$' });
