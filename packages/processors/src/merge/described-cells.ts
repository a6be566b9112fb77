import { columnTypes, qualify, quoteIdentifier, returnBatch, type Grid, type Store } from "@quadrat/core";
import { vectorRows } from "@quadrat/core/base";
import { recordBatch } from "@quadrat/core/host";
import * as arrow from "apache-arrow";
import type { CellDescriber } from "../cells/describe-cells.js";
import { coordinateColumns } from "./coordinates.js";

const written = { schema: "main", table: "written_cells" };

/** A table of the coordinates and the columns that describe the cells, of every row of the merged table, in order. */
export const describedCells = qualify(written);

/** Rows that are described at a time. */
const rowsAtOnce = 16 * vectorRows;

/**
 * Calls `work` while {@link describedCells} exists.
 * @param cells a SELECT of the cells of all rows, ascending, as the column `cell`
 */
export async function withDescribedCells<T>(
  store: Store,
  grid: Grid,
  describer: CellDescriber,
  cells: string,
  work: () => Promise<T>,
): Promise<T> {
  await writeDescribedCells(store, grid, describer, cells);
  try {
    return await work();
  } finally {
    await dropDescribedCells(store);
  }
}

export async function writeDescribedCells(
  store: Store,
  grid: Grid,
  describer: CellDescriber,
  cells: string,
): Promise<void> {
  const columns = [
    "x DOUBLE",
    "y DOUBLE",
    ...describer.columns.map(({ name, type }) => `${quoteIdentifier(name)} ${columnTypes[type].sql}`),
  ];
  await store.exec(`CREATE OR REPLACE TABLE ${describedCells} (${columns.join(", ")})`);
  const batches = async function* () {
    const schema = new arrow.Schema(fieldsOfCells(describer));
    for await (const batch of store.query(`SELECT cell::DOUBLE AS cell FROM (${cells})`, {
      rows: () => rowsAtOnce,
    })) {
      const offsets = (batch.data.children[0]!.values as Float64Array).subarray(0, batch.numRows);
      const children = cellColumns(grid, describer, 0, offsets);
      const struct = arrow.makeData({
        type: new arrow.Struct(schema.fields),
        length: offsets.length,
        nullCount: 0,
        children,
      });
      returnBatch(batch);
      const described = recordBatch(schema, struct);
      yield described;
      returnBatch(described);
    }
  };
  await store.append(written, batches());
}

export async function dropDescribedCells(store: Store): Promise<void> {
  await store.exec(`DROP TABLE IF EXISTS ${describedCells}`);
}

/** The coordinates of cells `first + offsets[i]`, and the columns that describe them. */
export function cellColumns(
  grid: Grid,
  describer: CellDescriber | undefined,
  first: number,
  offsets: Float64Array,
): arrow.Data[] {
  const [x, y] = coordinateColumns(grid, first, offsets);
  if (!describer) return [x, y];
  return [x, y, ...describer.describe(first, offsets, x.values, y.values)];
}

export function fieldsOfCells(describer: CellDescriber | undefined): arrow.Field[] {
  const described = describer?.columns ?? [];
  return [
    new arrow.Field("x", new arrow.Float64(), false),
    new arrow.Field("y", new arrow.Float64(), false),
    ...described.map(({ name, type }) => new arrow.Field(name, columnTypes[type].arrow(), true)),
  ];
}
