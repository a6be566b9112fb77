import type { Bounds } from "../grid/grid.js";

const geographic = /^(EPSG:(4326|4258|4269|4267|4979)|OGC:CRS84)$|\+proj=(longlat|latlong)\b/i;

/**
 * True for the common systems of longitude and latitude, the only ones that can be recognised without parsing a
 * CRS.
 */
export function isLongLat(crs: string | number | undefined): boolean {
  return geographic.test(typeof crs === "number" ? `EPSG:${crs}` : (crs ?? "").trim());
}

/** A hint for bounds whose minimum is above their maximum; "" if there is no obvious guess. */
export function invertedHint([xmin, ymin, xmax, ymax]: Bounds): string {
  const list = (...bounds: number[]): string => `[${bounds.join(", ")}]`;
  const degrees =
    [xmin, xmax].every((x) => Math.abs(x) <= 180) && [ymin, ymax].every((y) => Math.abs(y) <= 90);
  if (degrees && xmin > 0 && xmax < 0 && ymin < ymax) {
    return `; to cross longitude 180, write ${list(xmin, ymin, xmax + 360, ymax)}`;
  }
  return xmin < xmax && xmin < ymin && xmax < ymax
    ? `; if that was [xmin, xmax, ymin, ymax], write ${list(xmin, xmax, ymin, ymax)}`
    : "";
}

/** Latitudes this far out are more than the noise of a cell at the pole. */
const farBeyondPole = 91;

/** A hint for bounds in degrees whose latitudes lie beyond a pole; "" if there is no obvious guess. */
export function swappedHint([xmin, ymin, xmax, ymax]: Bounds): string {
  const likelyLatitudes = Math.max(Math.abs(xmin), Math.abs(xmax)) <= 90;
  const farthest = Math.max(Math.abs(ymin), Math.abs(ymax));
  return likelyLatitudes && farthest >= farBeyondPole && farthest <= 360
    ? `; bounds are [west, south, east, north]: if latitudes came first, write [${[ymin, xmin, ymax, xmax].join(", ")}]`
    : "";
}
