import { quoteIdentifier, type Bounds } from "@quadrat/core";
import { inputError, readError } from "../../tables/faults.js";
import { openMemoryStore } from "../../tables/memory-store.js";
import { geometryCrs, readMetadata, type GeoColumn } from "../../tables/parquet/geometry.js";
import { readLayouts, type ParquetColumn, type ParquetFile } from "../../tables/parquet/layouts.js";
import { keepGeometriesRaw, readParquet } from "../../tables/parquet/read-parquet.js";
import type { Feature, FeatureReader, FeatureRequest, Field, FieldValue, FormatRequest } from "../feature.js";
import { refuseShapes } from "./refuse-shapes.js";
import { RingBuilder } from "./ring-builder.js";
import { readWkb } from "./wkb.js";

/** Rows of one batch: geometries may be large. */
const batchRows = 256;

interface GeometryColumn {
  readonly column: ParquetColumn;
  readonly facts: GeoColumn;
}

/** A file of GeoParquet, or with a column of Parquet's own type GEOMETRY; DuckDB reads it. */
export async function openGeoParquet({ path }: FormatRequest): Promise<FeatureReader> {
  const [file] = (await readLayouts([{ path, disk: path, keys: new Map(), kind: "parquet" }])) as [
    ParquetFile,
  ];
  const { column, facts } = geometryOf(file);
  const columns = file.layout.columns.filter(({ name, type }) => name !== column.name && !isNested(type));
  const fields = columns.map(({ name, type }): Field => ({ name, type: fieldType(type) }));
  return {
    file: path,
    fields,
    crs: geometryCrs(path, column, facts.crs),
    files: [path],
    warnings: [],
    features: (request) => rows(file, column, facts, columns, fields, request),
    close: () => Promise.resolve(),
  };
}

function geometryOf({ path, layout }: ParquetFile): GeometryColumn {
  const { columns, geo } = layout;
  const primary = geo === undefined ? undefined : readMetadata(path, geo);
  const column =
    columns.find(({ name }) => name === primary?.name) ??
    columns.find(({ type }) => type.startsWith("GEOMETRY"));
  if (!column) {
    throw inputError(path, "it has no column of geometries", {
      hint: "polygons are read from GeoParquet; records with coordinates are `kind: occurrences`",
    });
  }
  const facts = primary?.column ?? {};
  if (facts.encoding !== undefined && facts.encoding !== "WKB")
    throw inputError(
      path,
      `column "${column.name}" has the encoding ${JSON.stringify(facts.encoding)}; WKB can be read`,
    );
  const types = Array.isArray(facts.geometry_types) ? facts.geometry_types.map(String) : [];
  const isOnly = (kind: RegExp): boolean => types.length > 0 && types.every((type) => kind.test(type));
  if (isOnly(/^(Multi)?Point\b/)) throw refuseShapes(path, "point");
  if (isOnly(/^(Multi)?LineString\b/)) throw refuseShapes(path, "line");
  return { column, facts };
}

function isNested(type: string): boolean {
  return /^(STRUCT|MAP|UNION)\(|\]$/.test(type);
}

function fieldType(type: string): Field["type"] {
  if (type === "BOOLEAN") return "BOOLEAN";
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER)$/.test(type)) return "BIGINT";
  return /^(FLOAT|DOUBLE|DECIMAL|HUGEINT|UBIGINT|UHUGEINT)/.test(type) ? "DOUBLE" : "VARCHAR";
}

async function* rows(
  file: ParquetFile,
  column: ParquetColumn,
  facts: GeoColumn,
  columns: readonly ParquetColumn[],
  fields: readonly Field[],
  { fields: wanted, windows, signal }: FeatureRequest,
): AsyncGenerator<Feature> {
  const geometry = column.type.startsWith("GEOMETRY") ? `ST_AsWKB(${column.sql})` : column.sql;
  const values = wanted.map((index, i) => {
    const { sql, type } = columns[index]!;
    const as = { VARCHAR: "VARCHAR", BOOLEAN: "UTINYINT", BIGINT: "BIGINT", DOUBLE: "DOUBLE" }[
      fields[index]!.type
    ];
    return `CAST(${type === "BLOB" ? `decode(${sql})` : sql} AS ${as}) AS v${i}`;
  });
  const list = ["file_row_number AS n", `hex(${geometry}) AS g`, ...values];
  const within = windows && covered(file, facts.covering, windows);
  const builder = new RingBuilder();
  const store = await openMemoryStore();
  try {
    await keepGeometriesRaw(store);
    const source = readParquet([file.literal], { binary: true, numbered: true });
    const sql = `SELECT ${list.join(", ")} FROM ${source}${within === undefined ? "" : ` WHERE ${within}`}`;
    for await (const batch of store.query(sql, { rows: () => batchRows })) {
      signal.throwIfAborted();
      for (let row = 0; row < batch.numRows; row++) {
        const cell = (index: number): unknown => batch.getChildAt(index)!.get(row) as unknown;
        const position = Number(cell(0)) + 1;
        builder.clear();
        const text = cell(1);
        try {
          if (typeof text === "string") readWkb(Buffer.from(text, "hex"), builder);
          else builder.other("null");
        } catch (cause) {
          throw inputError(file.path, `row ${position}: ${(cause as Error).message}`, { cause });
        }
        const found = wanted.map((index, i) => valueOf(cell(i + 2), fields[index]!.type));
        yield { position, ...builder.finish(), values: found };
      }
    }
  } catch (cause) {
    throw readError(file.path, cause);
  } finally {
    await store.close();
  }
}

function valueOf(value: unknown, type: Field["type"]): FieldValue {
  if (value === null || value === undefined) return null;
  return type === "BOOLEAN" ? value === 1 : (value as FieldValue);
}

/** The condition that a geometry's box meets one of the windows, by which DuckDB skips groups of rows. */
function covered({ layout }: ParquetFile, covering: unknown, windows: readonly Bounds[]): string | undefined {
  const box = (covering as { bbox?: Readonly<Record<string, unknown>> } | undefined)?.bbox;
  const side = (name: string): string | undefined => {
    const path = box?.[name];
    if (!Array.isArray(path) || !path.every((part) => typeof part === "string")) return undefined;
    const known = layout.columns.some((column) => column.name === path.join("."));
    return known ? path.map(quoteIdentifier).join(".") : undefined;
  };
  const sides = ["xmin", "ymin", "xmax", "ymax"].map(side);
  if (sides.includes(undefined)) return undefined;
  const [west, south, east, north] = sides as [string, string, string, string];
  const at = (value: number): string => `'${value}'::DOUBLE`;
  const meets = windows.map(
    ([xmin, ymin, xmax, ymax]) =>
      `(${west} <= ${at(xmax)} AND ${east} >= ${at(xmin)} AND ${south} <= ${at(ymax)} AND ${north} >= ${at(ymin)})`,
  );
  return `(${meets.join(" OR ")}) IS NOT FALSE`;
}
