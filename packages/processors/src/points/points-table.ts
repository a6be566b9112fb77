import {
  columnTypes,
  quoteIdentifier,
  type ColumnSummary,
  type ColumnType,
  type Grid,
  type MergedTable,
  type Sizes,
  type Store,
} from "@quadrat/core";
import { inGroups, isGrouped, type MemoryWatch } from "@quadrat/core/host";
import * as arrow from "apache-arrow";

/** A column of the table of points, and SQL of its value. */
export interface TableColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly sql: string;
  /** The table from which the value comes, with its alias. */
  readonly from: string;
}

export interface PointsTableOptions {
  readonly store: Store;
  readonly grid: Grid;
  readonly rows: number;
  /** `x` and `y` first. */
  readonly columns: readonly TableColumn[];
  readonly sizes: Sizes;
  readonly memory: Pick<MemoryWatch, "batchDone">;
  readonly signal: AbortSignal;
}

/** The table of points, read from the tables of the store of which it is made, row beside row. */
export class PointsTable implements MergedTable {
  readonly schema: arrow.Schema;
  readonly grid: Grid;
  readonly rowCount: number;
  readonly #options: PointsTableOptions;

  constructor(options: PointsTableOptions) {
    this.#options = options;
    this.grid = options.grid;
    this.rowCount = options.rows;
    this.schema = new arrow.Schema(
      options.columns.map(
        ({ name, type }, index) => new arrow.Field(name, columnTypes[type].arrow(), index > 1),
      ),
    );
  }

  async *batches(options: { readonly rows?: number } = {}): AsyncGenerator<arrow.RecordBatch> {
    const { store, sizes, memory, signal } = this.#options;
    const rows = (): number => options.rows ?? sizes.batchRows;
    for await (const batch of store.query(this.sql(), { rows })) {
      signal.throwIfAborted();
      yield batch;
      memory.batchDone("export");
    }
  }

  sql(): string {
    return selectOf(this.#options.columns);
  }

  get inParts(): MergedTable["inParts"] {
    const { columns, rows } = this.#options;
    if (!isGrouped(columns.length)) return undefined;
    const selects = async function* (): AsyncGenerator<string> {
      await Promise.resolve();
      for (const group of inGroups(columns)) yield inWholeVectors(selectOf(group), rows);
    };
    return (work) => work(selects(), 1);
  }

  exec(statement: string): Promise<number> {
    return this.#options.store.exec(statement);
  }

  async summary(): Promise<{ rows: number; columns: ColumnSummary[] }> {
    const { store, columns, rows } = this.#options;
    const summaries: ColumnSummary[] = [];
    for (const group of inGroups(columns.slice(2))) {
      const facts = group.flatMap(({ name, type }, index) => {
        const column = quoteIdentifier(name);
        const bound = (which: "min" | "max"): string =>
          type === "text" ? "NULL" : `${which}(${column})::DOUBLE`;
        return [
          `count(${column})::DOUBLE AS n${index}`,
          `${bound("min")} AS min${index}`,
          `${bound("max")} AS max${index}`,
        ];
      });
      const [row] = await store.rows<Record<string, number | null>>(
        `SELECT ${facts.join(", ")} FROM (${selectOf(group)})`,
      );
      group.forEach(({ name, type }, index) => {
        summaries.push({
          name,
          type,
          nullShare: rows === 0 ? null : 1 - row![`n${index}`]! / rows,
          min: row![`min${index}`]!,
          max: row![`max${index}`]!,
        });
      });
    }
    return { rows, columns: summaries };
  }
}

function selectOf(columns: readonly TableColumn[], more: readonly string[] = []): string {
  const own = columns.map(({ name, sql }) => `${sql} AS ${quoteIdentifier(name)}`);
  const tables = [...new Set(columns.map(({ from }) => from))];
  return `SELECT ${[...more, ...own].join(", ")} FROM ${tables.join(" POSITIONAL JOIN ")}`;
}

/** The rows in full vectors, however their tables were filled, so that a format whose bytes depend on the vectors has one form. */
function inWholeVectors(select: string, rows: number): string {
  return `SELECT part.* FROM range(${rows}) AS spine POSITIONAL JOIN (${select}) AS part`;
}

/** The statement that lets the store show the table: with the records' numbers and the cells before its columns. */
export function pointsView(columns: readonly TableColumn[], rows: string): string {
  return `CREATE OR REPLACE VIEW main.points AS ${selectOf(columns, [`${rows}.record AS record`, `${rows}.cell AS cell`])}`;
}
