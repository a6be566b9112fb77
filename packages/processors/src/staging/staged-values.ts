import {
  QuadratError,
  qualify,
  required,
  type DatasetEntry,
  type Grid,
  type StageContext,
  type StagedFacts,
} from "@quadrat/core";
import { addValues, emptyTally, valuesOf } from "./value-tally.js";

export type Values = Pick<
  StagedFacts,
  "values" | "min" | "max" | "columns" | "absent" | "filled" | "conservation" | "records"
>;

/** The cell at which to resume: where an interrupted run has committed last. */
export async function resumeAt(entry: DatasetEntry, grid: Grid, context: StageContext): Promise<number> {
  const cells = await required(context, "catalogue").resume(entry);
  if (cells > 0) context.progress.log("info", `${entry.name}: resumes at cell ${cells} of ${grid.size}`);
  return cells;
}

/** Counts the cells of a dataset of several columns. */
export async function measureAll(
  entry: DatasetEntry,
  columns: NonNullable<StagedFacts["columns"]>,
  context: StageContext,
): Promise<Pick<Values, "values" | "min" | "max" | "columns">> {
  const table = qualify(required(context, "catalogue").table(entry.name, "sparse"));
  const [row] = await required(context, "store").rows<{ cells: number }>(
    `SELECT count(*)::DOUBLE AS cells FROM ${table}`,
  );
  const tally = emptyTally();
  for (const column of columns) addValues(tally, column);
  return { ...valuesOf(tally), values: row!.cells, columns };
}

/** Verifies the order on which joining by position depends. */
export async function checkOrder(entry: DatasetEntry, context: StageContext): Promise<void> {
  const { size } = required(context, "grid");
  const table = qualify(required(context, "catalogue").table(entry.name, "dense"));
  const [row] = await required(context, "store").rows<{ rows: bigint; end: bigint | null }>(
    `SELECT count(*) AS rows, max(rowid) + 1 AS end FROM ${table}`,
  );
  if (Number(row!.rows) === size && Number(row!.end) === size) return;
  throw new QuadratError(
    "internal",
    `the staged cells of ${entry.name} are not the cells of the grid in order`,
    {
      hint: "run with --fresh to stage it again",
    },
  );
}

const sqlBounds = "min(value)::DOUBLE AS min, max(value)::DOUBLE AS max";

/** Counts the values; for a dense dataset, among its first `rows` cells. */
export async function measure(
  entry: DatasetEntry,
  context: StageContext,
  rows?: number,
): Promise<Pick<Values, "values" | "min" | "max">> {
  const table = qualify(required(context, "catalogue").table(entry.name, entry.layout));
  const bounds = entry.dataType === "text" ? "NULL AS min, NULL AS max" : sqlBounds;
  const [row] = await required(context, "store").rows<{
    values: bigint;
    min: number | null;
    max: number | null;
  }>(
    `SELECT count(value) AS values, ${bounds} FROM ${table}` +
      (rows === undefined ? "" : ` WHERE rowid < ${rows}`),
  );
  return { values: Number(row!.values), min: row!.min, max: row!.max };
}
