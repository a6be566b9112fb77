import { columnTypes, Mask, quoteLiteral, type CellTarget } from "@quadrat/core";
import { cellRanges, MaskCoverage, reclaim, rowGroupRows } from "@quadrat/core/base";
import type * as arrow from "apache-arrow";
import type { Scratch } from "../tables/scratch.js";
import { CellBatches } from "./cells/cell-batches.js";
import { leastCover } from "./cells/cover.js";
import { RowRecords } from "./cells/row-records.js";
import { CoveredRuns, type UnionOf } from "./measures/covered-runs.js";
import { PlainRuns } from "./measures/plain-runs.js";
import { RowGroups } from "./measures/row-groups.js";
import { countGroups, valuesOfGroup, valuesOfGroups, type Source } from "./measures/rows.js";
import { addEdges, edgeWords, OverlappingRows, unionsOf } from "./measures/unions.js";
import { valuesOfLargest } from "./measures/value.js";
import type { Polygons } from "./polygons.js";
import { needsCover, shiftsOf } from "./rasterise.js";
import type { Placer } from "./shapes/place.js";
import type { PlacedPolygon, RangeJob } from "./range-job.js";

/** Polygons that have been put into cells. */
export interface Made {
  readonly job: RangeJob;
  readonly target: CellTarget;
  readonly scratch: Scratch;
  readonly records: RowRecords;
  readonly polygons: Polygons;
  readonly placer: Placer;
  /** By the number of a feature that of its polygon. */
  readonly numbers: ReadonlyMap<number, number>;
  /** Reads the polygons once more. */
  readonly again: () => AsyncIterable<PlacedPolygon>;
  /** For records in memory. */
  readonly bytes: number;
}

/** Creates the table of cells; returns what its columns stand for if they are several. */
export async function makeCells(made: Made): Promise<string[] | undefined> {
  const { measure, expand } = made.job.plan;
  if (measure === "value" || measure === "weight") {
    await makeValues(made);
    return undefined;
  }
  const { job, target, polygons } = made;
  const { table } = target;
  return withRuns(made, async (source) => {
    if (!expand) {
      await fill(
        target,
        table,
        measure === "species" ? countGroups(source) : valuesOfGroup(source),
        job.plan.dataType,
      );
      return undefined;
    }
    const { names, rank } = polygons.ranked();
    await fill(target, table, valuesOfGroups(source, rank), job.plan.dataType, true);
    if (names.length === 0) throw new Error("no polygon has a species' name, so there is no column");
    return names;
  });
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
    return await work({ records, groups, find: runs.of.bind(runs), grid, dataType: job.plan.dataType });
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

async function makeValues({ job, target, scratch, records, polygons }: Made): Promise<void> {
  const { dataType, threshold, rule, measure } = job.plan;
  const { store, table, grid } = target;
  const least = rule === "coverage" ? Math.max(leastCover, threshold - leastCover) : 0;
  if (dataType !== "text") {
    const codeOf = (polygon: number, fraction: number): number => {
      const value = polygons.values[polygon];
      if (value === null || value === undefined) return NaN;
      return measure === "weight" ? Math.min(1, fraction) : Number(value);
    };
    await fill(
      target,
      table,
      valuesOfLargest(records, grid, least, codeOf, new CellBatches(dataType, false)),
      dataType,
    );
    return;
  }
  const codes = new Map<string, number>();
  const codeOf = (polygon: number): number => {
    const value = polygons.values[polygon];
    if (value === null || value === undefined) return NaN;
    const text = String(value);
    const found = codes.get(text) ?? codes.size;
    codes.set(text, found);
    return found;
  };
  const coded = scratch.table("coded");
  const batches = valuesOfLargest(records, grid, least, codeOf, new CellBatches("uint32", false));
  await store.exec(`CREATE TABLE ${scratch.sql("coded")} (cell BIGINT, value UINTEGER)`);
  const rows = await store.append(coded, watched(batches, target.signal));
  await store.exec(`CREATE TABLE ${scratch.sql("texts")} (code UINTEGER, value VARCHAR)`);
  const texts = [...codes];
  for (let from = 0; from < texts.length; from += 1000) {
    const some = texts.slice(from, from + 1000).map(([text, code]) => `(${code}, ${quoteLiteral(text)})`);
    await store.exec(`INSERT INTO ${scratch.sql("texts")} VALUES ${some.join(", ")}`);
  }
  await store.exec(`CREATE OR REPLACE TABLE ${table} (cell BIGINT, value VARCHAR)`);
  // The cells ascend already. To sort all of them with their texts would take more memory than there may be.
  for (const { first, end } of cellRanges(rows, rowGroupRows)) {
    target.signal.throwIfAborted();
    await store.exec(
      `INSERT INTO ${table} SELECT cell, texts.value FROM ` +
        `(SELECT cell, value FROM ${scratch.sql("coded")} WHERE rowid >= ${first} AND rowid < ${end}) AS cells ` +
        `JOIN ${scratch.sql("texts")} AS texts ON texts.code = cells.value ORDER BY cell`,
    );
  }
}

async function fill(
  { store, signal }: CellTarget,
  table: string,
  batches: Iterable<arrow.RecordBatch>,
  dataType: RangeJob["plan"]["dataType"],
  hasParts = false,
): Promise<void> {
  await store.exec(
    `CREATE OR REPLACE TABLE ${table} (cell BIGINT, ${hasParts ? "part INTEGER, " : ""}value ${columnTypes[dataType].sql})`,
  );
  await store.append(nameOf(table), watched(batches, signal));
}

function* watched(batches: Iterable<arrow.RecordBatch>, signal: AbortSignal): Generator<arrow.RecordBatch> {
  for (const batch of batches) {
    signal.throwIfAborted();
    yield batch;
    // A cell and a value in each row.
    reclaim(16 * batch.numRows);
  }
}

/** The parts of a quoted and qualified name. */
function nameOf(sql: string): { schema: string; table: string } {
  const parts = [...sql.matchAll(/"((?:[^"]|"")*)"|([^".]+)/g)].map((match) =>
    (match[1] ?? match[2]!).replaceAll('""', '"'),
  );
  const [schema, table] = parts.length === 1 ? ["main", parts[0]!] : [parts[0]!, parts[1]!];
  return { schema, table };
}
