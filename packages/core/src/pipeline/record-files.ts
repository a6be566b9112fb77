import { join } from "node:path";
import type { Config } from "../config/types.js";
import { qualify, quoteIdentifier, quoteLiteral, type Store } from "../store/store.js";
import { writeWhole } from "./output-file.js";
import { required, type ExportedFile, type StageContext } from "./stage.js";

/** A file about the records of datasets, beside the merged table. */
interface RecordFile {
  readonly path: string;
  /** The datasets whose records it is about, in configuration order. */
  readonly datasets: readonly string[];
  readonly kind: "rejected" | "derived";
}

/** The files about records that a run will write. */
export function recordFiles({ datasets, export: { directory, name } }: Config): RecordFile[] {
  const tables = Object.entries(datasets).filter(([, { kind }]) => kind === "occurrences");
  const rejected = tables.filter(([, dataset]) => dataset.rejected).map(([dataset]) => dataset);
  const derived = tables.filter(([, dataset]) => dataset.derivedDataset).map(([dataset]) => dataset);
  return [
    ...(rejected.length === 0
      ? []
      : [
          {
            path: join(directory, `${name}.rejected.csv`),
            datasets: rejected,
            kind: "rejected" as const,
          },
        ]),
    ...derived.map((dataset) => ({
      path: join(directory, `${name}.${dataset}.derived_dataset.csv`),
      datasets: [dataset],
      kind: "derived" as const,
    })),
  ];
}

/** Writes the files about records that the configuration asks for. */
export async function writeRecordFiles(context: StageContext): Promise<ExportedFile[]> {
  const written: ExportedFile[] = [];
  const wanted = recordFiles(context.config);
  if (wanted.length === 0) return written;
  const store = required(context, "store");
  for (const file of wanted) {
    context.signal.throwIfAborted();
    const query =
      file.kind === "derived"
        ? await derivedQuery(store, file.datasets[0]!, context)
        : await rejectedQuery(store, file.datasets);
    let rows = 0;
    const facts = await writeWhole(
      file.path,
      async (temporary) => {
        rows = await store.exec(`COPY (${query}) TO ${quoteLiteral(temporary)} (FORMAT csv, HEADER true)`);
      },
      context.progress,
    );
    written.push({ path: file.path, format: "csv", bytes: facts.bytes, rows, sha256: facts.sha256 });
  }
  return written;
}

const ownColumns = ["record", "verdict", "detail", "x", "y"];

/** All records left out of some datasets, with the columns that any of them keeps. */
async function rejectedQuery(store: Store, datasets: readonly string[]): Promise<string> {
  const columns = new Map<string, readonly string[]>();
  for (const dataset of datasets) {
    const rows = await store.rows<{ name: string }>(
      `SELECT column_name AS name FROM duckdb_columns()
       WHERE database_name = current_database() AND schema_name = 'rejected' AND table_name = $1 ORDER BY column_index`,
      [dataset],
    );
    columns.set(
      dataset,
      rows.map(({ name }) => name),
    );
  }
  const all = [...new Set([...ownColumns, ...[...columns.values()].flat()])];
  const parts = datasets.map((dataset, position) => {
    const own = columns.get(dataset)!;
    const list = all.map((name) =>
      own.includes(name)
        ? `${quoteIdentifier(name)}::VARCHAR AS ${quoteIdentifier(name)}`
        : `NULL::VARCHAR AS ${quoteIdentifier(name)}`,
    );
    return `SELECT ${quoteLiteral(dataset)} AS dataset, ${list.join(", ")}, ${position} AS "the position", rowid AS "the row" FROM ${qualify({ schema: "rejected", table: dataset })}`;
  });
  return `SELECT * EXCLUDE ("the position", "the row") FROM (${parts.join(" UNION ALL ")}) ORDER BY "the position", "the row"`;
}

/** The used records of a dataset by where they come from. */
async function derivedQuery(store: Store, dataset: string, { progress }: StageContext): Promise<string> {
  const table = qualify({ schema: "derived", table: dataset });
  const [row] = await store.rows<{ n: number | null }>(
    `SELECT sum(count)::DOUBLE AS n FROM ${table} WHERE "datasetKey" IS NULL OR trim("datasetKey") = ''`,
  );
  if (row?.n) {
    const what = row.n === 1 ? "1 record has" : `${row.n} records have`;
    progress.log(
      "warning",
      `${dataset}: ${what} no datasetKey, and can't be counted for the derived dataset`,
    );
  }
  return `SELECT "datasetKey", sum(count)::BIGINT AS count FROM ${table}
    WHERE trim("datasetKey") <> '' GROUP BY "datasetKey" ORDER BY "datasetKey"`;
}
