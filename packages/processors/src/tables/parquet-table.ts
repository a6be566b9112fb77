import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { DuckDbStore, quoteIdentifier, quoteLiteral, type DatasetConfig } from "@quadrat/core";
import { findColumns } from "./columns.js";
import { literalPath } from "./duckdb-csv.js";
import { inputError, readError, reasonCode, usageError } from "./faults.js";
import { sqlJudge, type Rules } from "./judge.js";
import { keptNames, type ColumnForm, type TableReader } from "./reader.js";

const magic = "PAR1";
/** Magic, length of the footer and magic. */
const smallest = 12;

const numeric = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const textual = /^(VARCHAR|ENUM\(.*\))$/;
const nested = /^(STRUCT|MAP|UNION|GEOMETRY|VARIANT)|\]$/;

export interface ParquetRequest {
  readonly file: string;
  readonly dataset: DatasetConfig;
  readonly rules: Rules;
}

/** Opens a Parquet file: its schema now, its columns by DuckDB. */
export async function openParquetTable({ file, dataset, rules }: ParquetRequest): Promise<TableReader> {
  await assertWhole(file);
  const path = literalPath(file);
  if (path === undefined) {
    throw inputError(file, "there are both a backslash and a wildcard in the name, which DuckDB can't read", {
      hint: "rename the file",
    });
  }
  const columns = await readSchema(file, path);
  const needed = findColumns(
    file,
    columns.map(({ name }) => name),
    dataset,
  );
  const decimal = dataset.decimal === "," ? "," : ".";
  const form = (index: number, key: string): ColumnForm => formOf(file, columns[index]!, key, decimal);
  const forms = {
    x: form(needed.x, "x"),
    y: form(needed.y, "y"),
    v:
      needed.v === undefined || rules.third !== "number"
        ? ({ kind: "text", decimal } as const)
        : form(needed.v, "value"),
  };
  if (needed.v !== undefined && rules.third === "name") assertName(file, columns[needed.v]!);
  const select = (extra = ""): string => {
    const kept = [needed.x, needed.y, needed.v].flatMap((index, position) => {
      if (index === undefined) return [];
      const alias = keptNames[position]!;
      return `${quoteIdentifier(columns[index]!.duckDbName)}${forms[alias].kind === "text" ? "::VARCHAR" : ""} AS ${alias}`;
    });
    return `SELECT ${kept.join(", ")}${extra} FROM ${readParquet(path, extra !== "")}`;
  };
  return {
    file,
    warnings: [],
    forms,
    async *pieces() {
      yield await Promise.resolve({ select: select() });
    },
    broken: () => Promise.resolve([]),
    async firstWith(reason, { store }) {
      const judged = sqlJudge(select(", file_row_number"), forms, rules, ["file_row_number"]);
      const [found] = await store.rows<{ row: number | null }>(
        `SELECT min(file_row_number)::DOUBLE AS row FROM (${judged}) WHERE reason = ${reasonCode(reason)}`,
      );
      return typeof found?.row === "number" ? { number: found.row + 1, unit: "row" } : undefined;
    },
  };
}

interface ParquetColumn {
  readonly name: string;
  /** The name that DuckDB gives it, different when two names differ in case only. */
  readonly duckDbName: string;
  readonly type: string;
}

async function readSchema(file: string, path: string): Promise<ParquetColumn[]> {
  const store = await DuckDbStore.open(":memory:", {
    memoryBytes: 2 ** 28,
    threads: 1,
    temporaryDirectory: tmpdir(),
  });
  try {
    const described = await store.rows<{ column_name: string; column_type: string }>(
      `DESCRIBE SELECT * FROM ${readParquet(path, false)}`,
    );
    const elements = await store.rows<{ name: string; num_children: bigint | null }>(
      `SELECT name, num_children FROM parquet_schema(${quoteLiteral(path)})`,
    );
    const names = topLevel(elements);
    return described.map(({ column_name, column_type }, index) => ({
      name: names.length === described.length ? names[index]! : column_name,
      duckDbName: column_name,
      type: column_type,
    }));
  } catch (cause) {
    throw readError(file, cause);
  } finally {
    await store.close();
  }
}

function readParquet(path: string, numbered: boolean): string {
  const options = `hive_partitioning = false, union_by_name = false, binary_as_string = true${numbered ? ", file_row_number = true" : ""}`;
  return `read_parquet(${quoteLiteral(path)}, ${options})`;
}

/** Names of the columns themselves, without those inside of nested ones; the first element is the schema's root. */
function topLevel(elements: readonly { name: string; num_children: bigint | null }[]): string[] {
  const names: string[] = [];
  let inside = 0;
  for (const { name, num_children } of elements.slice(1)) {
    if (inside === 0) names.push(name);
    else inside--;
    inside += Number(num_children ?? 0);
  }
  return names;
}

function formOf(file: string, { name, type }: ParquetColumn, key: string, decimal: "." | ","): ColumnForm {
  if (numeric.test(type)) return { kind: "number" };
  if (textual.test(type)) return { kind: "text", decimal };
  throw usageError(
    file,
    key,
    `column "${name}" is of type ${short(type)}, not a number`,
    `name a column of numbers`,
  );
}

function assertName(file: string, { name, type }: ParquetColumn): void {
  if (!nested.test(type)) return;
  throw usageError(
    file,
    "species",
    `column "${name}" is of type ${short(type)}, not a name`,
    "name a column of text",
  );
}

function short(type: string): string {
  return type.length > 60 ? `${type.slice(0, 60)}...` : type;
}

/** @throws QuadratError unless the file begins and ends as Parquet does and its footer fits into it */
async function assertWhole(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(8);
    if (size >= smallest) await handle.read(tail, 0, 8, size - 8);
    const footer = tail.readUInt32LE(0);
    if (tail.toString("latin1", 4) === magic && footer > 0 && footer <= size - smallest) return;
  } finally {
    await handle.close();
  }
  throw inputError(
    file,
    "the Parquet file is truncated: its footer is missing or does not fit into the file",
    {
      hint: "download or copy the file again",
    },
  );
}
