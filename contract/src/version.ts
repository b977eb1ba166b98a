/**
 * Version of everything this package describes. It is the `v` of every message and the `v1` of every topic.
 *
 * Compatibility: a change that only adds optional properties keeps the number, since readers ignore what they do
 * not know. A change that removes a property or alters its meaning takes the next number, and the fleet server
 * then speaks both: an agent of release N−1 always works with a fleet server of release N. The agent says in its
 * `hello` which versions it speaks; the server answers in the highest that both know.
 */
export const PROTOCOL_VERSION = 1;

/** Versions this release can read, highest last. */
export const SUPPORTED_PROTOCOL_VERSIONS: readonly number[] = [1];
