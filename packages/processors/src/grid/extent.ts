import type { Affine, Bounds, RasterSource } from "@quadrat/core";
import type { CoordinateTransform } from "@quadrat/crs";

/** The bounds of a raster in its own CRS, whatever its orientation. */
export function rasterExtent({
  width,
  height,
  affine,
}: Pick<RasterSource, "width" | "height" | "affine">): Bounds {
  const corners = [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ] as const;
  return boundsOf(corners.map(([col, row]) => apply(affine, col, row)));
}

/** Points along each side that are projected to find bounds in another CRS, as many as GDAL's. */
const pointsPerSide = 21;

/**
 * The bounds in another CRS of a rectangle, from points along its sides; undefined if none can be projected.
 * For messages only: its accuracy depends on the density of the points, and a pole inside is not noticed.
 */
export function projectBounds(bounds: Bounds, transform: CoordinateTransform): Bounds | undefined {
  if (transform.identity) return bounds;
  const [xmin, ymin, xmax, ymax] = bounds;
  const xs: number[] = [];
  const ys: number[] = [];
  for (let i = 0; i <= pointsPerSide; i++) {
    const x = xmin + ((xmax - xmin) * i) / pointsPerSide;
    const y = ymin + ((ymax - ymin) * i) / pointsPerSide;
    xs.push(x, x, xmin, xmax);
    ys.push(ymin, ymax, y, y);
  }
  const px = Float64Array.from(xs);
  const py = Float64Array.from(ys);
  transform.transform(px, py);
  const inside = [...px]
    .map((x, i) => [x, py[i]!] as const)
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  return inside.length > 0 ? boundsOf(inside) : undefined;
}

function apply({ a, b, c, d, e, f }: Affine, col: number, row: number): [number, number] {
  return [a * col + b * row + c, d * col + e * row + f];
}

function boundsOf(points: readonly (readonly [number, number])[]): Bounds {
  const xs = points.map((point) => point[0]);
  const ys = points.map((point) => point[1]);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
