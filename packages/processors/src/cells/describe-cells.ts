import { columnTypes, takeBuffer, type Grid } from "@quadrat/core";
import type { MaskCoverage } from "@quadrat/core/base";
import { columnsOfCells, type CellColumnFacts, type CellSettings } from "@quadrat/core/host";
import { parseCrs } from "@quadrat/crs";
import * as arrow from "apache-arrow";
import { placeCentres } from "./centre-places.js";
import { outlineAreas } from "./outline-areas.js";
import { rowAreas } from "./row-areas.js";

/** Makes the columns that describe cells. */
export interface CellDescriber {
  readonly columns: readonly CellColumnFacts[];
  /** The columns for the cells `first + offsets[i]`, whose offsets ascend, and whose centres are given. */
  readonly describe: (
    first: number,
    offsets: Float64Array,
    xs: Float64Array,
    ys: Float64Array,
  ) => arrow.Data[];
}

/** @param coverage that of the polygons of the mask, if it is a column */
export function describeCells(grid: Grid, settings: CellSettings, coverage?: MaskCoverage): CellDescriber {
  const { cells = [], mask } = settings;
  const crs = parseCrs(grid.crs);
  const makers = cells.map((cell): Maker => {
    if (cell === "area") return areaMaker(grid, crs);
    if (cell === "lonlat") {
      const placed = placeCentres(crs);
      return ({ xs, ys }) => {
        const { longitudes, latitudes } = placed(xs, ys);
        return [floats(longitudes), floats(latitudes)];
      };
    }
    return ({ rows, columns }) => [
      numbers(cell === "row" ? rows : columns, cell === "row" ? grid.firstRow : 0),
    ];
  });
  if (mask?.coverage) {
    if (!coverage) throw new Error("the coverage of the mask is not known");
    makers.push(({ rows, columns }) => [floats(rows.map((row, index) => coverage.at(row, columns[index]!)))]);
  }
  return {
    columns: columnsOfCells(settings),
    describe(first, offsets, xs, ys) {
      const positions = positionsOf(grid, first, offsets);
      return makers.flatMap((make) => make({ ...positions, xs, ys }));
    },
  };
}

interface Positions {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
}

type Maker = (cells: Positions & { readonly xs: Float64Array; readonly ys: Float64Array }) => arrow.Data[];

function positionsOf({ width }: Grid, first: number, offsets: Float64Array): Positions {
  const rows = new Float64Array(offsets.length);
  const columns = new Float64Array(offsets.length);
  for (let i = 0; i < offsets.length; i++) {
    const cell = first + offsets[i]!;
    rows[i] = Math.floor(cell / width);
    columns[i] = cell - rows[i]! * width;
  }
  return { rows, columns };
}

function areaMaker(grid: Grid, crs: ReturnType<typeof parseCrs>): Maker {
  if (crs.isGeographic) {
    const areaOf = rowAreas(grid, crs);
    return ({ rows }) => {
      let [row, area] = [-1, NaN];
      return [floats(rows.map((own) => (own === row ? area : (area = areaOf((row = own))))))];
    };
  }
  const fill = outlineAreas(grid, crs);
  return ({ rows, columns }) => {
    const areas = new Float64Array(rows.length);
    for (let from = 0, to = 1; from < rows.length; from = to, to++) {
      while (to < rows.length && rows[to] === rows[from] && columns[to] === columns[to - 1]! + 1) to++;
      fill(rows[from]!, columns[from]!, areas.subarray(from, to));
    }
    return [floats(areas)];
  };
}

/** NaN becomes NULL. */
function floats(values: Float64Array): arrow.Data {
  const data = new Float64Array(takeBuffer(8 * values.length), 0, values.length);
  const validity = new Uint8Array(Math.ceil(values.length / 8));
  let nulls = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      data[i] = 0;
      nulls++;
    } else {
      data[i] = value;
      validity[i >> 3]! |= 1 << (i & 7);
    }
  }
  return arrow.makeData({
    type: new arrow.Float64(),
    length: values.length,
    nullCount: nulls,
    data,
    ...(nulls > 0 && { nullBitmap: validity }),
  });
}

function numbers(values: Float64Array, from: number): arrow.Data {
  const type = columnTypes.uint32.arrow() as arrow.Uint32;
  const data = new Uint32Array(takeBuffer(4 * values.length), 0, values.length);
  for (let i = 0; i < values.length; i++) data[i] = values[i]! + from;
  return arrow.makeData({ type, length: values.length, nullCount: 0, data });
}
