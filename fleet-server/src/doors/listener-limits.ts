/** What one listener bears. Times are in milliseconds. */
export interface ListenerLimits {
  /** Open at the same time, in all. */
  connections: number;
  /** Of one address that have not shown who they are; where nobody does, of one address in all. */
  strangersPerAddress: number;
  /** TLS handshakes that go on at the same time; whoever comes meanwhile waits. */
  handshakes: number;
  handshakesPerAddress: number;
  /** Handshakes that one address may begin in a second, once `handshakeBurst` are used up. */
  handshakesPerSecond: number;
  handshakeBurst: number;
  /** For the handshake, and before it for a place. */
  handshakeMs: number;
  /** From the handshake until the first byte. */
  firstWordMs: number;
  /** From the handshake until it is known who is there. */
  introductionMs: number;
  /** Without a byte in either direction. */
  silenceMs: number;
  /** Written and not taken by the other side. */
  unsentBytes: number;
  /** Without a byte of that going out. */
  stalledMs: number;
}

const COMMON = {
  ...{ handshakes: 128, handshakesPerAddress: 32, handshakesPerSecond: 200, handshakeBurst: 1_000 },
  ...{ handshakeMs: 10_000, firstWordMs: 10_000, stalledMs: 60_000 },
};

export const MQTT_LISTENER: ListenerLimits = {
  ...COMMON,
  ...{ connections: 20_000, strangersPerAddress: 512, introductionMs: 30_000, silenceMs: 30 * 60_000 },
  // A document of eight megabytes, the longest that there is, and what is said beside it.
  unsentBytes: 12 * 1_048_576,
};

export const HTTPS_LISTENER: ListenerLimits = {
  ...COMMON,
  ...{ connections: 4_096, strangersPerAddress: 1_024, introductionMs: Number.POSITIVE_INFINITY, silenceMs: 90_000 },
  unsentBytes: 16 * 1_048_576,
};
