import { atlasLand } from "./atlas.js";
import type { PointTest } from "./places.js";
import { PolygonIndex } from "./polygon-index.js";
import { readPolygons, type Polygon } from "./polygons.js";

/** Coasts of Quadrat's own land are drawn too coarsely to be certain within this distance, in metres. */
const ownWithin = 10_000;

/** The test that fails points on none of the land's polygons, nor within some metres of one. */
export async function openLand(
  path: string | undefined,
  within = path === undefined ? ownWithin : 0,
): Promise<PointTest> {
  if (path === undefined) return notOn(await atlasLand(), within);
  return notOn(
    (await readPolygons(path)).flatMap(({ polygons }) => polygons),
    within,
  );
}

export function notOn(polygons: readonly Polygon[], within: number): PointTest {
  const index = new PolygonIndex(polygons);
  return {
    texts: [""],
    test: (lon, lat) => (index.at(lon, lat) >= 0 || (within > 0 && index.isNear(lon, lat, within)) ? -1 : 0),
  };
}
