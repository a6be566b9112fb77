import { isQuadratError } from "@quadrat/core";
import { parseCrs } from "@quadrat/crs";
import { inputError } from "../faults.js";
import { isStruct, type ParquetColumn, type ParquetLayout } from "./layouts.js";

/** A column of points. */
export interface PointColumn {
  readonly name: string;
  readonly x: string;
  readonly y: string;
  /**
   * The text of the geometry from which x and y are taken, under the name {@link geometryText}; absent if they are
   * numbers.
   */
  readonly text?: string;
  /** What this text is made from: WKB, or geometries of DuckDB, which it has read from WKB. */
  readonly geometry?: { readonly sql: string; readonly isWkb: boolean };
  /** In the form that {@link parseCrs} takes; undefined if the file says that it isn't known. */
  readonly crs: string | undefined;
}

/** Refuses a text that can't be read as a CRS, naming the file. */
export function assertCrs(file: string, { name }: PointColumn, crs: string): void {
  try {
    parseCrs(crs);
  } catch (cause) {
    if (!isQuadratError(cause)) throw cause;
    throw inputError(file, `the CRS of column "${name}" can't be used: ${cause.message}`, {
      cause,
      hint: "give it in the configuration, such as `crs: EPSG:4326`",
    });
  }
}

/** The name of a geometry's text in queries. */
export const geometryText = "geometry text";

/** The CRS of coordinates if GeoParquet does not state one: longitude and latitude. */
const defaultCrs = "EPSG:4326";

/** What GeoParquet's metadata say of a column. */
export interface GeoColumn {
  readonly encoding?: unknown;
  readonly geometry_types?: unknown;
  readonly crs?: unknown;
  /** Where the boxes of the geometries are. */
  readonly covering?: unknown;
}

/**
 * The points of a GeoParquet file, or of a column of Parquet's own type GEOMETRY; undefined if there is neither.
 * @throws QuadratError if the metadata can't be read, or if the geometries are not points
 */
export function pointColumn(file: string, { columns, geo }: ParquetLayout): PointColumn | undefined {
  const facts = geo === undefined ? undefined : readMetadata(file, geo);
  const named = facts && columns.find(({ name }) => name === facts.name);
  const column = named ?? columns.find(({ type }) => type.startsWith("GEOMETRY"));
  if (!column) return undefined;
  const { encoding = "WKB", geometry_types: types, crs } = facts?.column ?? {};
  const { name, sql, type } = column;
  if (encoding !== "WKB" && !/^(geoarrow\.)?point$/i.test(String(encoding))) {
    throw notPoints(file, name, `geometries of the encoding ${JSON.stringify(encoding)}`);
  }
  const kinds = Array.isArray(types) ? types.map(String) : [];
  if (kinds.length > 0 && !kinds.some((kind) => /^Point\b/i.test(kind))) {
    throw notPoints(file, name, kinds.join(", "));
  }
  const id = geometryCrs(file, column, crs);
  const points = encoding === "WKB" ? fromBytes(column) : fromNumbers(file, column, columns);
  return { name, crs: id, ...points };

  function fromBytes({ sql: bytes }: ParquetColumn): Pick<PointColumn, "x" | "y" | "text" | "geometry"> {
    const isWkb = !type.startsWith("GEOMETRY");
    const text = `ST_AsText(${isWkb ? `ST_GeomFromWKB(${bytes})` : bytes})`;
    return { text, geometry: { sql: bytes, isWkb }, x: coordinate(name, 1), y: coordinate(name, 2) };
  }

  function fromNumbers(
    where: string,
    point: ParquetColumn,
    all: readonly ParquetColumn[],
  ): Pick<PointColumn, "x" | "y"> {
    if (/\[\d*\]$/.test(point.type)) return { x: `${sql}[1]`, y: `${sql}[2]` };
    const field = (axis: string): string | undefined =>
      all.find((one) => one.name.toLowerCase() === `${point.name}.${axis}`.toLowerCase())?.sql;
    const [x, y] = [field("x"), field("y")];
    if (isStruct(point.type) && x !== undefined && y !== undefined) return { x, y };
    throw inputError(where, `column "${name}" holds points, but has no x and y`);
  }
}

/**
 * A coordinate from a text such as `POINT Z (10.5 40.5 3)`, in which DuckDB writes every digit; NULL for an empty point.
 */
function coordinate(column: string, position: number): string {
  const text = `"${geometryText}"`;
  const words = `trim(split_part(${text}, '(', 2), ')')`;
  const fault = `'column "${column.replaceAll("'", "''")}" holds not only points but also a ' || split_part(${text}, ' ', 1)`;
  return `CASE
    WHEN ${text} IS NULL OR ${text} LIKE 'POINT%EMPTY' THEN NULL
    WHEN ${text} LIKE 'POINT%' THEN split_part(${words}, ' ', ${position})::DOUBLE
    ELSE error(${fault})::DOUBLE END`;
}

/** The CRS of a column of geometries; `crs` is what GeoParquet's metadata say of it. */
export function geometryCrs(file: string, column: ParquetColumn, crs: unknown): string | undefined {
  return column.type.startsWith("GEOMETRY") ? nativeCrs(file, column) : metadataCrs(crs);
}

/** The primary column of geometries in GeoParquet's metadata, and what they say of it. */
export function readMetadata(file: string, geo: string): { name: string; column: GeoColumn } | undefined {
  try {
    const { primary_column: primary, columns } = JSON.parse(geo) as {
      primary_column?: string;
      columns: Readonly<Record<string, GeoColumn>>;
    };
    const name = primary ?? Object.keys(columns)[0];
    const column = name === undefined ? undefined : columns[name];
    return name !== undefined && column ? { name, column } : undefined;
  } catch (cause) {
    throw inputError(file, "the metadata of GeoParquet, `geo`, can't be read", {
      cause,
      hint: "name columns of coordinates with `x` and `y`, or write the file again",
    });
  }
}

/** The code if the system has a known one, else the system as it is written. */
function metadataCrs(crs: unknown): string | undefined {
  if (crs === undefined) return defaultCrs;
  if (crs === null) return undefined;
  if (typeof crs === "string") return crs;
  const { id } = crs as { id?: { authority?: unknown; code?: unknown } };
  const code = `${String(id?.authority)}:${String(id?.code)}`;
  if (code === "OGC:CRS84") return defaultCrs;
  return id && isKnown(code) ? code : JSON.stringify(crs);
}

function isKnown(code: string): boolean {
  try {
    parseCrs(code);
    return true;
  } catch {
    return false;
  }
}

/** The CRS of a column of Parquet's own type, such as GeometryType(crs=EPSG:3035). */
function nativeCrs(file: string, { logicalType = "" }: ParquetColumn): string | undefined {
  const text = /^Geo\w+\(crs=(.*?)(?:, algorithm=\w*)?\)$/s.exec(logicalType)?.[1];
  if (text === undefined || text === "<null>" || text === "OGC:CRS84") return defaultCrs;
  const srid = /^srid:(\d+)$/i.exec(text)?.[1];
  if (srid !== undefined) return srid === "0" ? undefined : `EPSG:${srid}`;
  if (!text.startsWith("{")) return text;
  try {
    return metadataCrs(JSON.parse(text));
  } catch (cause) {
    throw inputError(file, "the CRS of the geometries can't be read", { cause, hint: "give `crs:`" });
  }
}

function notPoints(file: string, column: string, what: string): Error {
  return inputError(file, `column "${column}" holds ${what}, not points`, {
    hint: "derive points from them first, such as their centroids",
  });
}
