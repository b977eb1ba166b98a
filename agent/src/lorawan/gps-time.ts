/** GPS time at the Unix epoch, and leap seconds since 1980 (none was added after 2017-01-01). */
const GPS_EPOCH_UNIX_MS = 315_964_800_000;
const LEAP_MS = 18_000;

/** Milliseconds since 1980-01-06T00:00:00Z without leap seconds. */
export function gpsMilliseconds(unixMs: number): number {
  return unixMs - GPS_EPOCH_UNIX_MS + LEAP_MS;
}
