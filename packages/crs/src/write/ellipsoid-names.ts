import { ellipsoidNames, namedEllipsoid } from "../ellipsoids.js";
import type { Ellipsoid } from "../crs.js";

/** EPSG's names of ellipsoids, by PROJ's. */
const titles: Readonly<Record<string, string>> = {
  WGS84: "WGS 84",
  GRS80: "GRS 1980",
  GRS67: "GRS 1967",
  airy: "Airy 1830",
  mod_airy: "Airy Modified 1849",
  bessel: "Bessel 1841",
  clrk66: "Clarke 1866",
  clrk80: "Clarke 1880 (RGS)",
  clrk80ign: "Clarke 1880 (IGN)",
  intl: "International 1924",
  krass: "Krassowsky 1940",
  WGS72: "WGS 72",
  aust_SA: "Australian National Spheroid",
};

export const unnamed = "unnamed";

/** The name of an ellipsoid, "unnamed" if it has none. */
export function ellipsoidName({ a, rf }: Ellipsoid): string {
  const known = ellipsoidNames().find((name) => {
    const own = namedEllipsoid(name)!;
    return own.a === a && Math.abs(own.rf - rf) < 1e-8;
  });
  return (known === undefined ? undefined : titles[known]) ?? known ?? unnamed;
}
