import {
  QuadratError,
  type Bounds,
  type DatasetType,
  type Grid,
  type PluginMethod,
  type RasterSource,
  type Reducer,
  type ResamplingMethod,
} from "@quadrat/core/base";
import { createTransform, hasLongitudes, parseCrs, placeOf } from "@quadrat/crs";
import { projectBounds } from "../grid/extent.js";
import {
  cellsGrow,
  defaultMethod,
  planGeometry,
  planSource,
  type PlanGeometry,
  type ResamplePlan,
} from "../resample/index.js";

interface Known {
  readonly geometry: PlanGeometry;
  readonly warnings: readonly string[];
}

/** The last plans, by geometry and method: the rasters of a run mostly have the same geometry. */
const known = new Map<string, Known>();
const mostKnown = 16;

/** A method, or the type of a dataset, which chooses one; a method may have the name of a type. */
type Choice = ResamplingMethod | PluginMethod | { readonly type: DatasetType };

/** Prepares the resampling of a raster with this CRS. */
export function planFor(
  source: RasterSource,
  crs: string,
  grid: Grid,
  method: Choice,
  reducer?: Reducer,
): { readonly plan: ResamplePlan; readonly warnings: readonly string[] } {
  const { width, height, affine } = source;
  const { a, b, c, d, e, f } = affine;
  const place = [width, height, a, b, c, d, e, f, crs, grid.crs, grid.width, grid.height, grid.bounds];
  const keyOf = (chosen: Choice): string => JSON.stringify([reducer ? "plugin" : "own", chosen, place]);
  let found = known.get(keyOf(method));
  if (!found) {
    found = planAnew(source, crs, grid, method);
    keep(keyOf(method), found);
    keep(keyOf(found.geometry.method), found);
  }
  return { plan: planSource(found.geometry, { source, reducer }), warnings: found.warnings };
}

function keep(key: string, found: Known): void {
  known.delete(key);
  known.set(key, found);
  for (const oldest of known.keys()) {
    if (known.size <= mostKnown) return;
    known.delete(oldest);
  }
}

function planAnew(source: RasterSource, crs: string, grid: Grid, method: Choice): Known {
  const own = parseCrs(crs);
  const transform = createTransform(parseCrs(grid.crs), own, placeOf(source, own));
  const input = { source, grid, transform, geographicSource: hasLongitudes(own) };
  const chosen = typeof method === "object" ? defaultMethod(method.type, cellsGrow(input)) : method;
  return { geometry: planGeometry({ ...input, method: chosen }), warnings: transform.warnings };
}

/** The error that a dataset and the grid do not meet, with both extents in both coordinate systems. */
export function overlapError(path: string, extent: Bounds, crs: string, grid: Grid): QuadratError {
  const [own, target] = [parseCrs(crs), parseCrs(grid.crs)];
  const there = projectBounds(extent, createTransform(own, target));
  const here = projectBounds(grid.bounds, createTransform(target, own));
  const lines = [
    `${path} does not overlap the grid`,
    `  its extent:        ${format(extent)} in ${own.name}, ${format(there)} in the grid's ${target.name}`,
    `  the grid's extent: ${format(here)} in ${own.name}, ${format(grid.bounds)} in the grid's ${target.name}`,
  ];
  return new QuadratError("input", lines.join("\n"), {
    hint:
      (target.isGeographic && there && latitudesFirst(there, grid.bounds)) ||
      "check the bounds and the CRS of the grid, and `crs:` of the dataset if its file states the wrong one",
    place: { file: path, key: "grid.bounds" },
  });
}

/** The hint for a grid that would meet the dataset if x and y of its bounds were swapped. */
function latitudesFirst(extent: Bounds, [xmin, ymin, xmax, ymax]: Bounds): string | undefined {
  const [west, south, east, north] = extent;
  const meets = ymin < east && ymax > west && xmin < north && xmax > south;
  return meets && Math.max(Math.abs(xmin), Math.abs(xmax)) <= 90
    ? `bounds are [west, south, east, north]: if latitudes came first, write [${[ymin, xmin, ymax, xmax].join(", ")}]`
    : undefined;
}

function format(bounds: Bounds | undefined): string {
  return bounds ? `[${bounds.map((value) => Number(value.toPrecision(8))).join(", ")}]` : "(none)";
}
