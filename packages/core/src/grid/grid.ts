import { QuadratError } from "../errors.js";
import { Axis } from "./axis.js";

/** xmin, ymin, xmax, ymax in the units of the CRS. */
export type Bounds = readonly [xmin: number, ymin: number, xmax: number, ymax: number];

export interface GridSpec {
  /** EPSG code, PROJ string or WKT. */
  readonly crs: string;
  /** Cell size in CRS units, positive. */
  readonly resolution: readonly [x: number, y: number];
  readonly bounds: Bounds;
}

/** Bounds may miss a whole number of cells by this fraction of a cell: the noise of a decimal like 0.0083333333. */
const wholeCellTolerance = 1e-3;

/**
 * The cells onto which every dataset is put: `width x height`, `cell = row * width + col`, row 0 in the north, column
 * 0 in the west. Bounds that do not hold a whole number of cells grow to the east and south until they do.
 */
export class Grid {
  readonly crs: string;
  readonly width: number;
  readonly height: number;
  readonly bounds: Bounds;
  /** Columns, west to east. */
  readonly x: Axis;
  /** Rows, north to south. */
  readonly y: Axis;
  /** True when the bounds had to grow to hold whole cells. */
  readonly grown: boolean;
  /** Cell size in CRS units, both positive: as requested if the bounds fit it exactly. */
  readonly resolution: readonly [x: number, y: number];
  /** The number of the first row in the grid of which this one has some rows; 0 for a whole grid. */
  readonly firstRow: number;

  /** @throws QuadratError of kind "usage" for an impossible grid */
  constructor(spec: GridSpec) {
    const [xmin, ymin, xmax, ymax] = spec.bounds;
    const columns = countCells(xmin, xmax, spec.resolution[0], "x");
    const rows = countCells(ymin, ymax, spec.resolution[1], "y");
    if (columns.count * rows.count > Number.MAX_SAFE_INTEGER) {
      throw new QuadratError("usage", `the grid has ${columns.count} x ${rows.count} cells, more than 2^53`, {
        hint: "use a coarser resolution or smaller bounds",
        place: { key: "grid" },
      });
    }
    this.crs = spec.crs;
    this.width = columns.count;
    this.height = rows.count;
    this.grown = columns.grown || rows.grown;
    const east = columns.grown ? decimalSum(xmin, columns.count, spec.resolution[0]) : xmax;
    const south = rows.grown ? decimalSum(ymax, -rows.count, spec.resolution[1]) : ymin;
    this.bounds = [xmin, south, east, ymax];
    this.x = new Axis(xmin, east, columns.count);
    this.y = new Axis(ymax, south, rows.count);
    this.resolution = [asked(this.x, spec.resolution[0]), asked(this.y, spec.resolution[1])];
    this.firstRow = 0;
  }

  /** Rows `[first, end)` as a grid of their own, whose cells have the same coordinates to the last bit. */
  rows(first: number, end: number): Grid {
    const { crs, width, x, resolution } = this;
    const y = this.y.slice(first, end);
    const [xmin, , xmax] = this.bounds;
    const bounds: Bounds = [xmin, y.last, xmax, y.first];
    const firstRow = this.firstRow + first;
    const facts = { crs, width, height: end - first, bounds, x, y, grown: false, resolution, firstRow };
    return Object.assign(Object.create(Grid.prototype) as Grid, facts);
  }

  /** Columns `[first, end)` as a grid of their own, whose cells have the same coordinates to the last bit. */
  columns(first: number, end: number): Grid {
    const { crs, height, y, resolution, firstRow } = this;
    const x = this.x.slice(first, end);
    const [, ymin, , ymax] = this.bounds;
    const bounds: Bounds = [x.first, ymin, x.last, ymax];
    const facts = { crs, width: end - first, height, bounds, x, y, grown: false, resolution, firstRow };
    return Object.assign(Object.create(Grid.prototype) as Grid, facts);
  }

  /** The number of cells. */
  get size(): number {
    return this.width * this.height;
  }

  /** SQL expressions for the centre of the cell that the BIGINT expression `cell` names. */
  sqlCentre(cell: string): { readonly x: string; readonly y: string } {
    return {
      x: this.x.sqlCentre(`(${cell}) % ${this.width}`),
      y: this.y.sqlCentre(`(${cell}) // ${this.width}`),
    };
  }

  toJSON(): {
    crs: string;
    width: number;
    height: number;
    resolution: readonly [number, number];
    bounds: Bounds;
  } {
    const { crs, width, height, bounds } = this;
    return { crs, width, height, resolution: this.resolution, bounds };
  }
}

/** The requested cell size, unless that of the axis differs by more than the rounding of its ends. */
function asked({ first, last, count, step }: Axis, size: number): number {
  const rounding = 4 * Number.EPSILON * Math.max(Math.abs(first), Math.abs(last), Math.abs(last - first));
  return Math.abs(Math.abs(step) - size) * count <= rounding ? size : Math.abs(step);
}

function countCells(min: number, max: number, step: number, axis: string): { count: number; grown: boolean } {
  if (!(step > 0) || !Number.isFinite(step)) {
    throw new QuadratError("usage", `the ${axis} resolution is ${step}`, {
      hint: "a resolution must be a positive number of CRS units",
      place: { key: "grid.resolution" },
    });
  }
  if (!(max > min) || !Number.isFinite(max - min)) {
    throw new QuadratError("usage", `the ${axis} bounds run from ${min} to ${max}`, {
      hint: "bounds must be [xmin, ymin, xmax, ymax] with min below max",
      place: { key: "grid.bounds" },
    });
  }
  const exact = (max - min) / step;
  const nearest = Math.round(exact);
  if (nearest >= 1 && Math.abs(exact - nearest) <= wholeCellTolerance)
    return { count: nearest, grown: false };
  return { count: Math.ceil(exact), grown: true };
}

/** `origin + count * step`, without binary noise if all three are short decimals. */
function decimalSum(origin: number, count: number, step: number): number {
  return Number((origin + count * step).toPrecision(15));
}
