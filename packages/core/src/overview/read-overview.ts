import type { StoreReader } from "../sql/reader.js";
import { ColumnPass, type ColumnMap } from "./column-pass.js";
import { isText, readOutside, type OutsideRanges, type OverviewSource } from "./columns.js";
import { CorrelationPass } from "./correlation-pass.js";
import type { Correlations } from "./correlation.js";
import { mapShape, type MapShape } from "./map-shape.js";
import { WhyNull } from "./nulls.js";
import { readNames } from "./names.js";
import { quartilesOf } from "./quartiles.js";
import { columnsAtATime, readRanges, scanRows, type Range, type ValueTable } from "./scan.js";

/** The grid of a store. */
export interface OverviewGrid {
  readonly crs: string;
  readonly width: number;
  readonly height: number;
  readonly bounds: readonly [xmin: number, ymin: number, xmax: number, ymax: number];
}

/** What there is to know about the values of a column. */
export interface ColumnOverview extends OverviewSource {
  readonly values: number;
  /** Rows without a value, by reason. */
  readonly nulls: { readonly nodata: number; readonly outside: number; readonly "no record": number };
  /** Undefined for a column of texts or without a value. */
  readonly summary:
    | {
        readonly min: number;
        readonly max: number;
        /** The first cell with that value. */
        readonly minCell: number;
        readonly maxCell: number;
        readonly mean: number;
        readonly stdev: number | undefined;
        readonly quartiles: readonly number[];
        /** Counts of equal bins from the minimum to the maximum. */
        readonly histogram: readonly number[];
      }
    | undefined;
  /** Of categories: classes and how often each occurs, ascending by class. */
  readonly classes: readonly (readonly [value: number, count: number])[] | undefined;
  readonly map: ColumnMap;
}

/** The columns of a merged table, read in a few passes with bounded memory. */
export interface ColumnsOverview {
  readonly rows: number;
  readonly shape: MapShape;
  /** Of each pixel of the maps, the number of its cells that are rows. */
  readonly pixelRows: Uint32Array;
  readonly columns: readonly ColumnOverview[];
  readonly correlations: Correlations;
}

/** Reads the values of columns of the merged table: maps, distributions, correlations. */
export async function overviewOf(
  reader: StoreReader,
  grid: OverviewGrid,
  sources: readonly OverviewSource[],
): Promise<ColumnsOverview> {
  const columns = await withTexts(reader, sources, "merged");
  const shape = mapShape(grid, columns.length);
  const { rows, ranges } = await readRanges(reader, columns);
  const pixelRows = new Uint32Array(shape.width * shape.height);
  const correlations = new CorrelationPass(columns, ranges, rows, columnsAtATime);
  const outside = new Map<string, OutsideRanges | undefined>();
  const found: ColumnOverview[] = [];
  for (let from = 0; from < columns.length; from += columnsAtATime) {
    const group = columns.slice(from, from + columnsAtATime);
    for (const { dataset } of group)
      if (dataset?.raster && !outside.has(dataset.name))
        outside.set(dataset.name, await readOutside(reader, dataset.name));
    const whys = group.map((column) => new WhyNull(column, outside.get(column.dataset?.name ?? "")));
    const passes = group.map(
      ({ categorical }, index) => new ColumnPass(shape, ranges[from + index], categorical),
    );
    const pixels = new Int32Array(16_384);
    await scanRows(reader, group, ({ length, cells, values }) => {
      for (let row = 0; row < length; row++) pixels[row] = pixelOf(cells[row]!, grid, shape);
      if (from === 0) for (let row = 0; row < length; row++) pixelRows[pixels[row]!]!++;
      passes.forEach((pass, index) =>
        addAll(pass, whys[index]!, { length, cells, values: values[index]!, pixels }),
      );
      correlations.add(from, length, cells, values);
    });
    const quartiles = await quartilesOf(reader, group, passes);
    found.push(...group.map((column, index) => describe(column, passes[index]!, quartiles[index])));
  }
  return { rows, shape, pixelRows, columns: found, correlations: correlations.result() };
}

/** Columns of texts with their classes. */
export async function withTexts(
  reader: StoreReader,
  columns: readonly OverviewSource[],
  table: ValueTable,
): Promise<OverviewSource[]> {
  const found: OverviewSource[] = [];
  for (const column of columns)
    found.push(isText(column) ? { ...column, texts: await readNames(reader, column.name, table) } : column);
  return found;
}

export function pixelOf(cell: number, { width }: OverviewGrid, shape: MapShape): number {
  const row = Math.floor(cell / width);
  return Math.floor(row / shape.cells) * shape.width + Math.floor((cell - row * width) / shape.cells);
}

interface Batch {
  readonly length: number;
  readonly cells: Float64Array;
  readonly values: Float64Array;
  readonly pixels: Int32Array;
}

function addAll(pass: ColumnPass, why: WhyNull, { length, cells, values, pixels }: Batch): void {
  for (let row = 0; row < length; row++) {
    const value = values[row]!;
    if (value === value) pass.add(cells[row]!, pixels[row]!, value);
    else pass.miss(pixels[row]!, why.of(cells[row]!));
  }
}

function describe(
  column: OverviewSource,
  pass: ColumnPass,
  quartiles: readonly number[] | undefined,
): ColumnOverview {
  const [, nodata, outside, none] = pass.nulls;
  const range: Range | undefined = pass.bins?.range;
  return {
    ...column,
    values: pass.values,
    nulls: { nodata, outside, "no record": none },
    summary: range && {
      ...range,
      minCell: pass.minCell!,
      maxCell: pass.maxCell!,
      mean: pass.mean,
      stdev: pass.stdev,
      quartiles: quartiles!,
      histogram: pass.bins!.histogram(),
    },
    classes: pass.classes && [...pass.classes].sort(([a], [b]) => a - b),
    map: pass.map(),
  };
}
