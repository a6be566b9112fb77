import type { CellRange } from "../grid/cell-range.js";
import type { Grid } from "../grid/grid.js";
import type { Mask } from "../grid/mask.js";
import type { InputFile } from "../inputs/input-files.js";
import {
  qualify,
  quoteIdentifier,
  quoteLiteral,
  transaction,
  type Store,
  type TableName,
} from "../store/store.js";
import { columnTypes } from "../store/types.js";
import {
  listedValue,
  type DatasetEntry,
  type Layout,
  type StagedDataset,
  type StagedFacts,
} from "./dataset-entry.js";
import { listedCells, listsTable } from "./listed-cells.js";
import { enter, Ledger, strike } from "./ledger.js";
import { maskIn, writeMask } from "./mask-table.js";
import { appendCells, copyStaged } from "./other-store.js";
import { recordSchemas, storeTables, type RecordSchema } from "./store-tables.js";
import { outsideOf, whyMacro, whyView } from "./why.js";

/** The catalogue of a store: the tables that describe what is in it. */
export class Catalogue {
  readonly #store: Store;
  readonly #ledger: Ledger;
  #plain: ReadonlySet<string> = new Set();
  #masked = false;
  #forgetting: Promise<unknown> = Promise.resolve();

  private constructor(store: Store) {
    this.#store = store;
    this.#ledger = new Ledger(store);
  }

  static async open(store: Store): Promise<Catalogue> {
    await store.exec(transaction([storeTables]));
    return new Catalogue(store);
  }

  /** The catalogue of a store that is open for reading alone; undefined if this version did not write it, or it has none. */
  static async look(store: Store): Promise<Catalogue | undefined> {
    const wanted = ["datasets.facts", "datasets.key", "bands.made_from", "grid.xmin"];
    const columns = await store.rows<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM duckdb_columns()
       WHERE database_name = current_database() AND schema_name = 'main'`,
    );
    const there = new Set(columns.map(({ name }) => name));
    return wanted.every((name) => there.has(name)) ? new Catalogue(store) : undefined;
  }

  /** What the catalogue has of a dataset, whatever it was made from; undefined if it has none of this name. */
  async stateOf(name: string): Promise<
    | (Pick<DatasetEntry, "path" | "driver" | "method" | "key"> & {
        readonly dataType: string;
        readonly inputs: readonly InputFile[];
      })
    | undefined
  > {
    const [row] = await this.#store.rows<
      Record<"path" | "driver" | "method" | "key" | "dataType", string> & { facts: string | null }
    >(`SELECT path, driver, method, key, data_type AS "dataType", facts FROM datasets WHERE name = $1`, [
      name,
    ]);
    if (!row) return undefined;
    const { facts, ...state } = row;
    const { inputs = [] } = JSON.parse(facts ?? "{}") as Pick<DatasetEntry, "inputs">;
    return { ...state, inputs };
  }

  /** The number of cells of a dense dataset, from the first on, that the ledger has for it. */
  reached(entry: DatasetEntry): Promise<number> {
    return this.#ledger.reached(entry);
  }

  /** Whether the store is of this grid. */
  async hasGrid({
    crs,
    width,
    height,
    bounds,
  }: Pick<Grid, "crs" | "width" | "height" | "bounds">): Promise<boolean> {
    const [xmin, ymin, xmax, ymax] = bounds;
    const rows = await this.#store.rows(
      `FROM grid WHERE crs = $1 AND width = $2 AND height = $3
        AND xmin = $4 AND ymin = $5 AND xmax = $6 AND ymax = $7`,
      [crs, BigInt(width), BigInt(height), xmin, ymin, xmax, ymax],
    );
    return rows.length > 0;
  }

  /** Whether the cells that may become rows are those of the store's last run. */
  async hasMask(mask: Mask | undefined): Promise<boolean> {
    return (await maskIn(this.#store)) === mask?.identity;
  }

  /** Makes the tables of these datasets, when they are begun, hold their values uncompressed. */
  keepPlain(names: ReadonlySet<string>): void {
    this.#plain = names;
  }

  /** The physical table of a dataset's cells and values. */
  table(name: string, layout: Layout): TableName {
    return { schema: layout, table: name };
  }

  /** The tables or views of a dataset's records, if its input has some. */
  recordTables(name: string): Readonly<Record<RecordSchema, TableName>> {
    const table = (schema: RecordSchema): TableName => ({ schema, table: name });
    return {
      records: table("records"),
      verdicts: table("verdicts"),
      rejected: table("rejected"),
      derived: table("derived"),
    };
  }

  async setGrid(grid: Grid): Promise<void> {
    const [xmin, ymin, xmax, ymax] = grid.bounds;
    const [dx, dy] = grid.resolution;
    const numbers = [grid.width, grid.height, xmin, ymin, xmax, ymax, dx, dy].join(", ");
    await this.#store.exec(
      transaction(["DELETE FROM grid", `INSERT INTO grid VALUES (${quoteLiteral(grid.crs)}, ${numbers})`]),
    );
  }

  /** Writes the cells that may become rows into the table `mask`; removes it if all may. */
  async setMask(mask: Mask | undefined): Promise<void> {
    await writeMask(this.#store, mask);
    this.#masked = mask !== undefined;
  }

  /** Removes datasets that the configuration no longer names, with their values. */
  async keepOnly(names: readonly string[]): Promise<void> {
    const rows = await this.#store.rows<{ name: string }>("SELECT name FROM datasets");
    for (const { name } of rows) if (!names.includes(name)) await this.forget(name);
  }

  /** One at a time: two transactions can't both drop what depends on all datasets. */
  async forget(name: string): Promise<void> {
    const forgetting = this.#forgetting.then(() => this.#forgetNow(name));
    this.#forgetting = forgetting.catch(() => undefined);
    await forgetting;
  }

  async #forgetNow(name: string): Promise<void> {
    const schemas = [...recordSchemas, "sparse"].map(quoteLiteral).join(", ");
    const found = await this.#store.rows<{ schema: string; view: boolean }>(
      `SELECT table_schema AS schema, table_type = 'VIEW' AS view FROM information_schema.tables
       WHERE table_catalog = current_database() AND table_schema IN (${schemas}) AND table_name = $1`,
      [name],
    );
    const steps = [
      ...found.map(
        ({ schema, view }) => `DROP ${view ? "VIEW" : "TABLE"} ${qualify({ schema, table: name })}`,
      ),
      "DROP VIEW IF EXISTS main.merged",
      "DROP MACRO TABLE IF EXISTS staged.why",
      `DROP VIEW IF EXISTS ${qualify({ schema: "why", table: name })}`,
      `DROP TABLE IF EXISTS ${qualify(outsideOf(name))}`,
      `DROP VIEW IF EXISTS ${qualify({ schema: "staged", table: name })}`,
      `DROP TABLE IF EXISTS ${qualify(this.table(name, "dense"))}`,
      `DROP TABLE IF EXISTS ${qualify(listsTable(name))}`,
      strike(name),
      `DELETE FROM datasets WHERE name = ${quoteLiteral(name)}`,
    ];
    await this.#store.exec(transaction(steps));
  }

  /**
   * The files on which the values staged under this key depend, whether or not staging was completed; undefined if nothing
   * was staged.
   */
  async inputsOf({ name, key }: DatasetEntry): Promise<readonly InputFile[] | undefined> {
    const facts = await this.#factsOf(name, key);
    return facts && (facts.inputs ?? []);
  }

  /** Records the files of a dataset as they are now. */
  async noteInputs({ name, key, inputs = [] }: DatasetEntry): Promise<void> {
    const facts = { ...(await this.#factsOf(name, key)), inputs };
    await this.#store.exec(
      `UPDATE datasets SET facts = ${quoteLiteral(JSON.stringify(facts))} WHERE name = ${quoteLiteral(name)}`,
    );
  }

  async #factsOf(name: string, key: string): Promise<Pick<DatasetEntry, "inputs"> | undefined> {
    const [row] = await this.#store.rows<{ facts: string | null }>(
      "SELECT facts FROM datasets WHERE name = $1 AND key = $2",
      [name, key],
    );
    return row && (JSON.parse(row.facts ?? "{}") as Pick<DatasetEntry, "inputs">);
  }

  /** The facts of a dataset completely staged under this key, or undefined. */
  async find(entry: DatasetEntry): Promise<StagedDataset | undefined> {
    const [row] = await this.#store.rows<{ facts: string }>(
      "SELECT facts FROM datasets WHERE name = $1 AND key = $2 AND complete",
      [entry.name, entry.key],
    );
    return row && { ...entry, ...(JSON.parse(row.facts) as StagedFacts & Pick<DatasetEntry, "inputs">) };
  }

  /**
   * Creates the empty table of a dense dataset, or finds the one that an interrupted run with the same key has left.
   * Returns the number of cells, from the first on, that the ledger has for it.
   */
  async resume(entry: DatasetEntry): Promise<number> {
    const done = await this.#ledger.reached(entry);
    if (done > 0 && (await this.#holds(entry, done))) return done;
    await this.start(entry);
    return 0;
  }

  /** Whether a dense dataset was begun under its key, and its table has this many cells, so that nothing else changed it. */
  async #holds({ name, key }: DatasetEntry, cells: number): Promise<boolean> {
    const table = qualify(this.table(name, "dense"));
    const rows = await this.#store.rows<{ n: bigint }>(
      `SELECT (SELECT count(*) FROM ${table}) AS n FROM datasets WHERE name = $1 AND key = $2`,
      [name, key],
    );
    return rows.length === 1 && Number(rows[0]!.n) === cells;
  }

  /** The statement that enters cells of a dense dataset into the ledger, for the transaction that commits their values. */
  enter(entry: DatasetEntry, range: CellRange): string {
    return enter(entry, range);
  }

  /** Begins a dataset from the start; a dense one gets its empty table. */
  async start(entry: DatasetEntry): Promise<void> {
    await this.forget(entry.name);
    if (entry.layout === "dense") {
      const type = columnTypes[entry.dataType].sql;
      const compression = this.#plain.has(entry.name) ? " USING COMPRESSION uncompressed" : "";
      const columns = entry.lists ? "list INTEGER" : `value ${type}${compression}`;
      await this.#store.exec(`CREATE TABLE ${qualify(this.table(entry.name, "dense"))} (${columns})`);
      if (entry.lists)
        await this.#store.exec(
          `CREATE TABLE ${qualify(listsTable(entry.name))} (list INTEGER, parts INTEGER[], vals ${type}[])`,
        );
    }
    const texts = [entry.path, entry.driver, entry.method, entry.dataType, entry.layout, entry.key].map(
      quoteLiteral,
    );
    const facts = quoteLiteral(JSON.stringify({ inputs: entry.inputs }));
    await this.#store.exec(
      `INSERT INTO datasets VALUES (${quoteLiteral(entry.name)}, ${entry.position}, ${texts.join(", ")}, false, ${facts})`,
    );
  }

  /** Makes the sparse table of a dataset a view of its dense one. */
  async viewDense(name: string): Promise<void> {
    const [view, table] = [qualify(this.table(name, "sparse")), qualify(this.table(name, "dense"))];
    await this.#store.exec(
      `CREATE VIEW ${view} AS SELECT rowid AS cell, value FROM ${table} WHERE value IS NOT NULL`,
    );
  }

  /**
   * Copies the tables of a dataset that was completely staged in another database; the views of its records are created anew.
   * Call it after {@link start}. One at a time: two can't attach a database under the same name.
   * @param range the cells that are copied, as if they were the only ones, and without records; all by default
   */
  async take(entry: DatasetEntry, database: string, range?: CellRange): Promise<void> {
    const taking = this.#forgetting.then(() => copyStaged(this.#store, entry, database, range));
    this.#forgetting = taking.catch(() => undefined);
    await taking;
  }

  /**
   * Adds to a query what it has given in cells that another database counts from `origin` on. Call it after {@link start}, in the order of
   * cells.
   */
  addCells(entry: DatasetEntry, database: string, origin: number): Promise<void> {
    return appendCells(this.#store, entry, database, origin);
  }

  /**
   * Creates the empty table of the cells whose centres lie outside of a dense dataset's input: ranges of cells, ascending.
   */
  async startOutside(name: string): Promise<TableName> {
    await this.#store.exec(`CREATE OR REPLACE TABLE ${outsideColumns(name)}`);
    return outsideOf(name);
  }

  /**
   * Creates `staged.why('<dataset>')`, which says for every cell why it is NULL, once all datasets are
   * complete.
   */
  async describeNulls(names: readonly string[]): Promise<void> {
    await this.#store.exec(whyMacro(names));
  }

  /** Marks a dataset as complete: its view appears and later runs may use it. */
  async complete(entry: DatasetEntry, facts: StagedFacts, grid: Grid): Promise<StagedDataset> {
    const { x, y } = grid.sqlCentre("cell");
    const source = qualify(this.table(entry.name, entry.layout));
    const dense = entry.layout === "dense";
    const values = facts.columns?.map(
      ({ name }, position) => `${listedValue(facts, position)} AS ${quoteIdentifier(name)}`,
    );
    const cells = entry.lists ? listedCells(entry.name) : dense ? withCells(source) : source;
    const columns = [`cell`, `${x} AS x`, `${y} AS y`, ...(values ?? ["value"])];
    const steps = [
      `CREATE OR REPLACE VIEW ${qualify({ schema: "staged", table: entry.name })} AS ` +
        `SELECT ${columns.join(", ")} FROM ${cells}`,
      ...(dense ? [`CREATE TABLE IF NOT EXISTS ${outsideColumns(entry.name)}`] : []),
      whyView(entry, grid, { several: facts.columns !== undefined, masked: this.#masked }),
      // What was committed range by range is already in the ledger.
      ...(dense ? [] : [strike(entry.name), enter(entry, { first: 0, end: grid.size })]),
      `UPDATE datasets SET complete = true, facts = ${quoteLiteral(JSON.stringify({ ...facts, inputs: entry.inputs }))} ` +
        `WHERE name = ${quoteLiteral(entry.name)}`,
    ];
    await this.#store.exec(transaction(steps));
    return { ...entry, ...facts };
  }
}

function outsideColumns(name: string): string {
  return `${qualify(outsideOf(name))} (first_cell BIGINT, end_cell BIGINT)`;
}

/** A dense table, given as SQL, with its cells as an additional column. */
function withCells(table: string): string {
  return `(SELECT rowid AS cell, * FROM ${table})`;
}
