import {
  QuadratError,
  required,
  type OpenDataset,
  type PointColumn,
  type Stage,
  type StageContext,
} from "@quadrat/core";
import { columnsOfCells, keyOf, pointColumns, tablesBytes, type PointsConfig } from "@quadrat/core/host";
import { cleanedUp } from "@quadrat/core/base";
import { cellsOfMerged } from "../points/cells-of-merged.js";
import { RangeMerge } from "../merge/merged-table.js";
import { putCellValues } from "../points/cell-values.js";
import { writeBackground } from "../points/background.js";
import { foldsTable, writeFolds } from "../points/folds.js";
import { dropPoints, rowsTable, writeRecords } from "../points/point-rows.js";
import { PointsTable, pointsView, type TableColumn } from "../points/points-table.js";
import { putRasterValues } from "../points/raster-values.js";
import { planColumns, type PlannedColumn } from "../points/value-plan.js";
import { openValueTables, type ValueTable } from "../points/value-table.js";
import { openScratch, type Scratch } from "../tables/scratch.js";

/** Makes the second table: a row per record, then one per background cell, with the values of every dataset there. */
export function pointsStage(): Stage {
  return {
    name: "points",
    async run(context) {
      const { points } = context.config;
      const store = required(context, "store");
      await dropPoints(store);
      if (!points) return { rows: 0 };
      const scratch = await openScratch(store, "table of points");
      return cleanedUp(
        () => makePoints(points, scratch, context),
        () => scratch.drop(),
      );
    },
  };
}

async function makePoints(
  points: PointsConfig,
  scratch: Scratch,
  context: StageContext,
): Promise<{ rows: number }> {
  const { config, progress, signal, sizes, memory } = context;
  const store = required(context, "store");
  const grid = required(context, "grid");
  const merged = required(context, "merged");
  const datasets = required(context, "datasets");
  const columns = planColumns(points.values, datasets, required(context, "staged"), (method) =>
    isOwn(method, context),
  );
  refuseSameNames(columns, points);
  warnOfBlendedClasses(columns, datasets, context);
  const sorting = <T>(work: () => Promise<T>): Promise<T> => {
    // Rows of the merged table that are held in memory leave no room for more.
    if (merged instanceof RangeMerge) merged.release();
    return sizes.streaming ? store.withMemory(tablesBytes(memory.limitBytes, datasets.length), work) : work();
  };
  const sorted = scratch.sql("sorted");
  const { hasSpecies, records, thinned } = await sorting(() => writeRecords(store, scratch, points));
  if (records === 0)
    progress.log(
      "warning",
      `points: ${points.records} has no records that were used, so no row has presence 1`,
    );
  const drawn =
    points.background &&
    (await writeBackground({
      ...{ store, scratch, grid, hasSpecies, signal },
      cells: cellsOfMerged(merged),
      background: points.background,
    }));
  if (drawn && points.background && drawn.candidates < points.background.count)
    warnOfFew(points, drawn, context);
  const { folds, rows } = await sorting(async () => {
    const sizesOfFolds = points.folds && (await writeFolds({ store, scratch, grid, folds: points.folds }));
    await store.exec(
      `CREATE OR REPLACE TABLE ${sorted} AS SELECT cell, rowid AS pos FROM ${rowsTable} ORDER BY cell, pos`,
    );
    return { folds: sizesOfFolds, rows: records + (drawn?.chosen ?? 0) };
  });
  const empty = folds?.filter((fold) => fold.records === 0) ?? [];
  if (empty.length > 0 && records > 0)
    progress.log(
      "warning",
      `points: ${empty.length} of ${folds!.length} folds have no record, since there are too few blocks: make \`points.folds.block\` smaller, or \`count\``,
    );
  const options = { store, rows, memoryBytes: memory.limitBytes, path: scratch.file };
  const tables = openValueTables(columns, options);
  progress.start("points", rows * tables.length, "rows");
  const advance = (done: number): void => progress.advance("points", done);
  try {
    const byCell = tables.filter(({ columns: [first] }) => first!.values === "cell");
    const others = tables.filter((table) => !byCell.includes(table));
    if (byCell.length > 0) {
      const before = 2 + columnsOfCells(config).length;
      await putCellValues({ store, table: sorted }, merged, before, byCell, signal, (done) =>
        advance(done * byCell.length),
      );
    }
    for (const table of others) {
      const { values } = points;
      const { windowSize } = sizes;
      await putRasterValues({ store, scratch, grid, values, table, windowSize, signal, advance });
    }
    for (const table of tables) await table.write(signal);
  } finally {
    progress.end("points");
    for (const table of tables) table.close();
  }
  const all = tableColumns(columns, tables, { hasSpecies, hasFolds: folds !== undefined });
  await store.exec(pointsView(all, rowsTable));
  const table = new PointsTable({ store, grid, rows, columns: all, sizes, memory, signal });
  context.points = {
    ...{ table, records, thinned, folds },
    background: drawn?.chosen ?? 0,
    candidates: drawn?.candidates,
    columns: columns.map(({ name, type, dataset, values, reason }): PointColumn => {
      return { name, type, dataset, values, ...(reason && { reason }) };
    }),
  };
  return { rows };
}

function isOwn(method: string, { registry }: StageContext): boolean {
  return registry.resamplings.has(method) && !registry.resamplings.get(method).definition.create;
}

function warnOfFew(
  { background }: PointsConfig,
  { candidates }: { readonly candidates: number },
  { progress }: StageContext,
): void {
  const { count, targetGroup, allowPresence } = background!;
  const where =
    targetGroup === undefined ? "cells of the merged table" : `cells in which ${targetGroup} has records`;
  const others = allowPresence ? "" : " without a record";
  progress.log(
    "warning",
    `points: background of ${count} cells was asked for, but there are only ${candidates} ${where}${others}: all of them are taken`,
  );
}

function warnOfBlendedClasses(
  columns: readonly PlannedColumn[],
  datasets: readonly OpenDataset[],
  { progress }: StageContext,
): void {
  const categorical = new Set(
    datasets.filter(({ config }) => config.type === "categorical").map(({ name }) => name),
  );
  const blended = columns.filter(
    ({ dataset, values }) => categorical.has(dataset) && (values === "bilinear" || values === "buffer"),
  );
  if (blended.length === 0) return;
  const [{ values }] = blended as [PlannedColumn];
  const names = blended.map(({ name }) => name).join(", ");
  progress.log(
    "warning",
    `points: ${names}: ${values} takes means of the numbers of classes, which stand for none of them; use \`values: near\` or \`cell\` where classes are wanted`,
  );
}

/** Columns made from the content of an input may have the name of one of the table's own. */
function refuseSameNames(columns: readonly PlannedColumn[], { folds }: PointsConfig): void {
  const own = pointColumns.filter((name) => name !== "fold" || folds);
  for (const { name, dataset } of columns) {
    if (!own.some((one) => keyOf(one) === keyOf(name))) continue;
    throw new QuadratError(
      "usage",
      `dataset "${dataset}" has a column named "${name}", as the table of points has of its own`,
      { hint: "rename the dataset", place: { dataset } },
    );
  }
}

function tableColumns(
  columns: readonly PlannedColumn[],
  tables: readonly ValueTable[],
  { hasSpecies, hasFolds }: { readonly hasSpecies: boolean; readonly hasFolds: boolean },
): TableColumn[] {
  const own = (name: string, type: TableColumn["type"]): TableColumn => {
    return { name, type, sql: `${rowsTable}.${name}`, from: rowsTable };
  };
  return [
    own("x", "float64"),
    own("y", "float64"),
    ...(hasSpecies ? [own("species", "text")] : []),
    own("presence", "uint8"),
    ...(hasFolds
      ? [{ name: "fold", type: "uint16" as const, sql: `${foldsTable}.fold`, from: foldsTable }]
      : []),
    ...columns.map((column): TableColumn => {
      const table = tables.find((one) => one.columns.includes(column))!;
      const { name, type } = column;
      const from = `${table.table} AS ${table.alias}`;
      return { name, type, sql: table.sql(table.columns.indexOf(column)), from };
    }),
  ];
}
