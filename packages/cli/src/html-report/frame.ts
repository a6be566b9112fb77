import { createTransform, hasLongitudes, parseCrs, type CoordinateTransform } from "@quadrat/crs";
import type { MapShape, OverviewGrid } from "@quadrat/core/host";
import { isQuadratError } from "@quadrat/core";

/** The rectangle that the images of maps show, in the grid's coordinates, and its size on the page. */
export interface Frame {
  readonly xmin: number;
  readonly ymin: number;
  readonly xmax: number;
  readonly ymax: number;
  /** The width of drawings over the image is 1,000; this is their height. */
  readonly height: number;
  /** Degrees, or their unit's full circle, in which x repeats itself; undefined for projected grids. */
  readonly turn: number | undefined;
  /** Between longitude and latitude and the grid; undefined where that is not known, as on other planets. */
  readonly toGrid: CoordinateTransform | undefined;
  readonly toGlobe: CoordinateTransform | undefined;
}

export const frameWidth = 1_000;

/** The last pixels of an image may reach beyond the grid. */
export function frameOf({ crs, width, height, bounds }: OverviewGrid, shape: MapShape): Frame {
  const [west, ymin, xmax, north] = bounds;
  const [dx, dy] = [(xmax - west) / width, (north - ymin) / height];
  const right = west + shape.width * shape.cells * dx;
  const bottom = north - shape.height * shape.cells * dy;
  const { turn, ...transforms } = systems(crs);
  // Where a degree of longitude is shorter than one of latitude, it is drawn shorter.
  const middle = Math.min(Math.abs((north + ymin) / 2) * (360 / (turn ?? 360)), 65);
  const stretch = turn === undefined ? 1 : 1 / Math.cos((middle * Math.PI) / 180);
  return {
    xmin: west,
    ymin: bottom,
    xmax: right,
    ymax: north,
    height: Math.round(((frameWidth * (north - bottom)) / (right - west)) * stretch * 100) / 100,
    turn,
    ...transforms,
  };
}

function systems(text: string): Pick<Frame, "turn" | "toGrid" | "toGlobe"> {
  try {
    const [crs, globe] = [parseCrs(text), parseCrs("EPSG:4326")];
    const turn = hasLongitudes(crs)
      ? crs.isGeographic
        ? (2 * Math.PI) / crs.definition.unitFactor
        : 360
      : undefined;
    return {
      turn: turn === undefined ? undefined : Math.round(turn * 1e9) / 1e9,
      toGrid: createTransform(globe, crs),
      toGlobe: createTransform(crs, globe),
    };
  } catch (error) {
    if (isQuadratError(error)) return { turn: undefined, toGrid: undefined, toGlobe: undefined };
    throw error;
  }
}

/** The part of the globe that a frame shows, in degrees. */
export interface Extent {
  readonly south: number;
  readonly north: number;
  /** The middle of the longitudes, and how many degrees they span around it. */
  readonly middle: number;
  readonly span: number;
}

const lattice = 24;

/** Found from points spread over the frame; undefined if none is on the globe. */
export function extentOf({ xmin, ymin, xmax, ymax, toGlobe }: Frame): Extent | undefined {
  if (!toGlobe) return undefined;
  const count = (lattice + 1) ** 2;
  const xs = Float64Array.from(
    { length: count },
    (_, i) => xmin + ((i % (lattice + 1)) / lattice) * (xmax - xmin),
  );
  const ys = Float64Array.from(
    { length: count },
    (_, i) => ymin + (Math.floor(i / (lattice + 1)) / lattice) * (ymax - ymin),
  );
  toGlobe.transform(xs, ys);
  const lats = [...ys].filter(Number.isFinite);
  const lons = [...xs].filter(Number.isFinite).sort((a, b) => a - b);
  if (lons.length === 0) return undefined;
  // The widest gap between longitudes is what the frame does not show.
  let [gap, after] = [lons[0]! + 360 - lons.at(-1)!, lons[0]!];
  for (let i = 1; i < lons.length; i++) {
    if (lons[i]! - lons[i - 1]! > gap) [gap, after] = [lons[i]! - lons[i - 1]!, lons[i]!];
  }
  const span = 360 - gap;
  return { south: Math.min(...lats), north: Math.max(...lats), middle: after + span / 2, span };
}
