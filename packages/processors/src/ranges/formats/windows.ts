import type { Bounds } from "@quadrat/core";

/** Whether two boxes have a point in common; a box that is not one, such as that of damaged bytes, meets all. */
export function meets([xmin, ymin, xmax, ymax]: Bounds, [west, south, east, north]: Bounds): boolean {
  return !(xmax < west || xmin > east || ymax < south || ymin > north);
}
