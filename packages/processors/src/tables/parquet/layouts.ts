import { quoteIdentifier, quoteLiteral, type Store } from "@quadrat/core";
import { literalPath } from "../text/duckdb-csv.js";
import { inputError, readError } from "../faults.js";
import { openMemoryStore } from "../memory-store.js";
import type { TableFile } from "../table-files.js";
import { assertWhole } from "./whole.js";
import { keepGeometriesRaw, readParquet } from "./read-parquet.js";

/** A column, or a field inside a struct under its dotted name. */
export interface ParquetColumn {
  readonly name: string;
  /** The name used in a query. */
  readonly sql: string;
  /** DuckDB's type. */
  readonly type: string;
  /** Parquet's own type, if it says more: DuckDB ignores coordinate systems that it does not know. */
  readonly logicalType?: string | undefined;
}

/** The columns of one or more files. */
export interface ParquetLayout {
  readonly columns: readonly ParquetColumn[];
  /** The key `geo` of the file's metadata, set by GeoParquet. */
  readonly geo: string | undefined;
}

export interface ParquetFile extends TableFile {
  /** The path in the form that DuckDB takes. */
  readonly literal: string;
  readonly layout: ParquetLayout;
}

/** The number of files whose footers are read at once. */
const filesAtOnce = 200;
/** The maximum depth of nested structs. */
const deepest = 8;

/** Reads the schemas of Parquet files; files with the same schema share one layout. */
export async function readLayouts(files: readonly TableFile[]): Promise<ParquetFile[]> {
  const layouts = new Map<string, ParquetLayout>();
  const found: ParquetFile[] = [];
  const store = await openMemoryStore();
  try {
    await keepGeometriesRaw(store);
    for (let start = 0; start < files.length; start += filesAtOnce) {
      const some = files.slice(start, start + filesAtOnce);
      for (const file of some) await assertWhole(file.path);
      const literals = some.map(({ path }) => literalOf(path));
      const identities = await inFile(some[0]!.path, () => schemaIdentities(store, literals));
      for (const [index, file] of some.entries()) {
        const literal = literals[index]!;
        const identity = identities.get(file.path) ?? file.path;
        let layout = layouts.get(identity);
        if (!layout) {
          layout = await inFile(file.path, () => readLayout(store, literal));
          layouts.set(identity, layout);
        }
        found.push({ ...file, literal, layout });
      }
    }
    return found;
  } finally {
    await store.close();
  }
}

function literalOf(file: string): string {
  const literal = literalPath(file);
  if (literal !== undefined) return literal;
  throw inputError(file, "the name contains both a backslash and a wildcard, which DuckDB can't read", {
    hint: "rename the file",
  });
}

async function inFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw readError(file, cause);
  }
}

/** For each file, a value that is equal if schema and coordinate systems are. */
async function schemaIdentities(store: Store, literals: readonly string[]): Promise<Map<string, string>> {
  const list = `[${literals.map(quoteLiteral).join(", ")}]`;
  const rows = await store.rows<{ file: string; identity: string }>(`
    SELECT schemas.file_name AS file, concat_ws('/', identity, geo) AS identity
    FROM (
      SELECT file_name,
        md5(string_agg(concat_ws('/', name, type, num_children, converted_type, scale, precision, logical_type), ';')) AS identity
      FROM parquet_schema(${list}) GROUP BY file_name
    ) AS schemas
    LEFT JOIN (
      SELECT file_name, md5(value) AS geo FROM parquet_kv_metadata(${list}) WHERE key = 'geo'::BLOB
    ) AS metadata USING (file_name)`);
  return new Map(rows.map(({ file, identity }) => [file, identity]));
}

async function readLayout(store: Store, literal: string): Promise<ParquetLayout> {
  const source = readParquet([literal]);
  const described = await describe(store, `SELECT * FROM ${source}`);
  const elements = topLevel(
    await store.rows<SchemaElement>(
      `SELECT name, num_children, logical_type FROM parquet_schema(${quoteLiteral(literal)})`,
    ),
  );
  const top = described.map(({ name, type }, index) => {
    const element = elements.length === described.length ? elements[index]! : undefined;
    const logicalType = element?.logical_type ?? undefined;
    return { name: element?.name ?? name, sql: quoteIdentifier(name), type, logicalType };
  });
  const [metadata] = await store.rows<{ geo: string }>(
    `SELECT decode(value) AS geo FROM parquet_kv_metadata(${quoteLiteral(literal)}) WHERE key = 'geo'::BLOB`,
  );
  const taken = new Set(top.map(({ name }) => name));
  const nested = await nestedColumns(store, source, top, deepest);
  const columns = [...top, ...nested.filter(({ name }) => !taken.has(name))];
  return { columns, geo: metadata?.geo };
}

/** The fields of structs, each under the dotted names that lead to it. */
async function nestedColumns(
  store: Store,
  source: string,
  columns: readonly ParquetColumn[],
  depth: number,
): Promise<ParquetColumn[]> {
  const found: ParquetColumn[] = [];
  for (const { name, sql, type } of columns) {
    if (!isStruct(type) || depth === 0) continue;
    const fields = (await describe(store, `SELECT unnest(${sql}) FROM ${source}`)).map((field, index) => ({
      name: `${name}.${field.name}`,
      // By position: names may differ in case only.
      sql: `struct_extract_at(${sql}, ${index + 1})`,
      type: field.type,
    }));
    found.push(...fields, ...(await nestedColumns(store, source, fields, depth - 1)));
  }
  return found;
}

export function isStruct(type: string): boolean {
  return type.startsWith("STRUCT(") && !type.endsWith("]");
}

async function describe(store: Store, query: string): Promise<{ name: string; type: string }[]> {
  return store.rows<{ name: string; type: string }>(
    `SELECT column_name AS name, column_type AS type FROM (DESCRIBE ${query})`,
  );
}

interface SchemaElement {
  readonly name: string;
  readonly num_children: bigint | null;
  readonly logical_type: string | null;
}

/** The columns themselves, without those inside nested ones; the first element is the schema's root. */
function topLevel(elements: readonly SchemaElement[]): SchemaElement[] {
  const columns: SchemaElement[] = [];
  let inside = 0;
  for (const element of elements.slice(1)) {
    if (inside === 0) columns.push(element);
    else inside--;
    inside += Number(element.num_children ?? 0);
  }
  return columns;
}
