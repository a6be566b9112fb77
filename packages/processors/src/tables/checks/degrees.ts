import { createTransform, parseCrs } from "@quadrat/crs";
import type { RecordBatch } from "apache-arrow";

/** Reads the columns `x` and `y` of a batch. */
export type Degrees = (batch: RecordBatch) => readonly [longitudes: Float64Array, latitudes: Float64Array];

/**
 * From points in a table's CRS to longitudes from -180 to 180 and latitudes; points that have none there are not finite.
 */
export function toDegrees(crs: string): Degrees {
  const transform = createTransform(parseCrs(crs), parseCrs("EPSG:4326"));
  return (batch) => {
    const [xs, ys] = ["x", "y"].map((name) =>
      Float64Array.from(batch.getChild(name)!.toArray() as Float64Array),
    ) as [Float64Array, Float64Array];
    if (!transform.identity) transform.transform(xs, ys);
    return [xs.map(wrapped), ys];
  };
}

function wrapped(lon: number): number {
  return lon >= -180 && lon <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180;
}
