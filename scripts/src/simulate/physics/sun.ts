const DEGREES = 180 / Math.PI;
const J2000_MS = Date.UTC(2000, 0, 1, 12);
const DAY_MS = 86_400_000;

/**
 * Elevation of the sun above the horizon in degrees, to about 0.1°, by the low-precision formulas of the Astronomical
 * Almanac. Latitude and longitude in degrees, east positive.
 */
export function solarElevation(epochMs: number, latitude: number, longitude: number): number {
  const days = (epochMs - J2000_MS) / DAY_MS;
  const anomaly = (357.528 + 0.9856003 * days) / DEGREES;
  const meanLongitude = 280.46 + 0.9856474 * days;
  const eclipticLongitude = (meanLongitude + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) / DEGREES;
  const obliquity = (23.439 - 4e-7 * days) / DEGREES;
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(eclipticLongitude));
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(eclipticLongitude), Math.cos(eclipticLongitude));
  const siderealDegrees = 280.46061837 + 360.98564736629 * days + longitude;
  const hourAngle = siderealDegrees / DEGREES - rightAscension;
  const phi = latitude / DEGREES;
  return (
    Math.asin(Math.sin(phi) * Math.sin(declination) + Math.cos(phi) * Math.cos(declination) * Math.cos(hourAngle)) *
    DEGREES
  );
}

/** When street lights go on: civil dusk lies at −6°, public lighting starts a little earlier. */
export const LIGHTING_ELEVATION = -2;

/** The next time at or after `epochMs` at which lighting goes on; the same time where that does not happen in a day. */
export function nextLightingTime(epochMs: number, latitude: number, longitude: number): number {
  const stepMs = 60_000;
  for (let at = epochMs; at < epochMs + DAY_MS; at += stepMs) {
    const before = solarElevation(at, latitude, longitude) >= LIGHTING_ELEVATION;
    if (before && solarElevation(at + stepMs, latitude, longitude) < LIGHTING_ELEVATION) return at;
  }
  return epochMs;
}
