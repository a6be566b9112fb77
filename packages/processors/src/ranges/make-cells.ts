import { Mask } from "@quadrat/core";
import { MaskCoverage } from "@quadrat/core/base";
import type { NullRows } from "@quadrat/core/host";
import type * as arrow from "apache-arrow";
import { isWellFilled } from "../staging/well-filled.js";
import { CellBatches } from "./cells/cell-batches.js";
import type { CellSink } from "./cells/cell-sink.js";
import { countCells } from "./cells/count-cells.js";
import { leastCover } from "./cells/cover.js";
import { DenseCells } from "./cells/dense-cells.js";
import { RowRecords } from "./cells/row-records.js";
import { CoveredRuns, type UnionOf } from "./measures/covered-runs.js";
import { PlainRuns } from "./measures/plain-runs.js";
import { RowGroups } from "./measures/row-groups.js";
import { countGroups } from "./measures/count-groups.js";
import { valuesOfGroup, valuesOfGroups, type Source } from "./measures/rows.js";
import { addEdges, edgeWords, OverlappingRows, unionsOf } from "./measures/unions.js";
import { leastOf, valuesOfLargest } from "./measures/value.js";
import type { Made } from "./made.js";
import { makeTexts } from "./make-texts.js";
import { needsCover, shiftsOf } from "./rasterise.js";
import { fill } from "./store-cells.js";

/** What was put into the store. */
export interface MadeCells {
  /** What the columns stand for if they are several. */
  readonly columns?: string[];
  /** Whether the table is the dense one. */
  readonly isDense: boolean;
}

/** Creates the table of cells. */
export async function makeCells(made: Made): Promise<MadeCells> {
  const { measure, expand, dataType } = made.job.plan;
  const { target, polygons } = made;
  if (expand) {
    const sink = new CellBatches(dataType, true);
    const columns = await withRuns(made, async (source) => {
      const { names, rank } = polygons.ranked();
      await fill(target, dataType, valuesOfGroups(source, sink, rank), "parts");
      if (names.length === 0) throw new Error("no polygon has a species' name, so there is no column");
      return names;
    });
    return { columns, isDense: false };
  }
  const { grid } = target;
  const isDense = target.dense !== undefined && isWellFilled(countCells(made.records, grid.width), grid.size);
  const type = dataType === "text" ? "uint32" : dataType;
  const sink = isDense ? new DenseCells(type, grid.size) : new CellBatches(type, false);
  const least = needsCover(made.job.plan) ? made.job.plan.threshold - leastCover : undefined;
  const layout = isDense ? "dense" : "sparse";
  if (dataType === "text") await makeTexts(made, sink, isDense);
  else if (measure === "value" || measure === "weight")
    await fill(target, dataType, numbersOfLargest(made, sink), layout);
  else
    await withRuns(made, (source) =>
      fill(
        target,
        dataType,
        measure === "species"
          ? countGroups(source, sink, polygons.alone(), least)
          : valuesOfGroup(source, sink),
        layout,
      ),
    );
  return { isDense };
}

/** The cells that polygons take together. */
export function makeMask(made: Made): Promise<Mask> {
  return withRuns(made, ({ records, groups, find, grid }) => {
    const { add, build } = Mask.builder(grid);
    for (const band of records.bands()) {
      made.target.signal.throwIfAborted();
      for (const row of band.rows) {
        groups.sort(band, row);
        for (const group of groups.found) {
          const runs = find(band, row, group);
          for (let i = 0; i < runs.length; i++) add(row.row, runs.from[i]!, runs.to[i]!);
        }
      }
    }
    return Promise.resolve(build());
  });
}

/** The fractions that polygons cover together of the cells of a mask, to which they were cut. */
export function makeCoverage(made: Made, mask: Mask): Promise<MaskCoverage> {
  return withRuns(made, ({ records, groups, find, grid }) => {
    const { add, build } = MaskCoverage.builder(grid.height);
    const fractions = new Float64Array(grid.width);
    let next = 0;
    const finish = (row: number): void => {
      mask.each(next, row + 1, (own, from, to) => {
        for (let column = from; column < to; column++) {
          const fraction = own === row ? fractions[column]! : 0;
          if (fraction < 1) add(own, column, fraction);
        }
      });
      next = row + 1;
    };
    for (const band of records.bands()) {
      made.target.signal.throwIfAborted();
      for (const row of band.rows) {
        groups.sort(band, row);
        for (const group of groups.found) {
          const runs = find(band, row, group);
          for (let i = 0; i < runs.length; i++) fractions.fill(runs.values[i]!, runs.from[i], runs.to[i]);
        }
        finish(row.row);
        fractions.fill(0);
      }
    }
    if (next < grid.height) finish(grid.height - 1);
    return Promise.resolve(build());
  });
}

/** Does work with the runs of cells that each group of polygons takes. */
async function withRuns<T>(made: Made, work: (source: Source) => Promise<T>): Promise<T> {
  const { job, target, records, polygons } = made;
  const { grid } = target;
  const groups = new RowGroups(polygons, records.size);
  const edges = needsCover(job.plan) ? await edgesOfOverlaps(made) : undefined;
  try {
    const union = edges && unionsOf(edges, polygons, grid);
    const runs = needsCover(job.plan)
      ? new CoveredRuns(groups, job.plan, grid.width, union ?? noUnion)
      : new PlainRuns(groups);
    return await work({ records, groups, find: runs.of.bind(runs), grid });
  } finally {
    edges?.close();
  }
}

const noUnion: UnionOf = () => {
  throw new Error("a union was not expected");
};

/** The edges of polygons of a group that cover parts of the same cells, undefined if there are none. */
async function edgesOfOverlaps({
  job,
  target,
  records,
  polygons,
  placer,
  numbers,
  again,
  bytes,
  scratch,
}: Made): Promise<RowRecords | undefined> {
  const { grid } = target;
  const groups = new RowGroups(polygons, records.size);
  const runs = new CoveredRuns(groups, job.plan, grid.width, undefined);
  const rows = new OverlappingRows(polygons.groups);
  for (const band of records.bands()) {
    target.signal.throwIfAborted();
    for (const row of band.rows) {
      groups.sort(band, row);
      for (const group of groups.found) {
        if (!polygons.isShared(group)) continue;
        runs.of(band, row, group);
        if (runs.missing) rows.add(row.row, group);
      }
    }
  }
  if (!rows.any) return undefined;
  const edges = new RowRecords(edgeWords, grid.height, bytes, scratch.file);
  for await (const { feature, placed } of again()) {
    const polygon = numbers.get(feature.position);
    if (polygon === undefined || !placed) continue;
    const group = polygons.group(polygon);
    if (!polygons.isShared(group)) continue;
    for (const shift of shiftsOf(placed.shape, grid, placer.turn))
      addEdges(edges, polygon, placed.shape, shift, grid, (row) => rows.has(row, group));
  }
  return edges;
}

function numbersOfLargest(
  { job, target: { grid }, records, polygons }: Made,
  sink: CellSink,
): Generator<arrow.RecordBatch | NullRows> {
  const codeOf = (polygon: number, fraction: number): number => {
    const value = polygons.values[polygon];
    if (value === null || value === undefined) return NaN;
    return job.plan.measure === "weight" ? Math.min(1, fraction) : Number(value);
  };
  return valuesOfLargest(records, grid, leastOf(job.plan), codeOf, sink);
}
