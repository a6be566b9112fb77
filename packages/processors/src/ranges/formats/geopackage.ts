import { open, stat, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Database as SqliteDatabase, SQLiteValue } from "node-sqlite3-wasm";
import { isQuadratError, nearest, quoteIdentifier } from "@quadrat/core";
import { makeTemporaryFolder } from "@quadrat/core/host";
import { fileError, inputError, usageError } from "../../tables/faults.js";
import type { Feature, FeatureReader, FeatureRequest, Field, FieldValue, FormatRequest } from "../feature.js";
import { refuseShapes } from "./refuse-shapes.js";
import { RingBuilder } from "./ring-builder.js";
import { readWkb } from "./wkb.js";

interface Layer {
  readonly name: string;
  readonly column: string;
  readonly type: string;
  readonly crs: string | undefined;
}

/** A layer of a GeoPackage, row by row in the order of its keys. */
export async function openGeoPackage({ path, layer: wanted }: FormatRequest): Promise<FeatureReader> {
  await refuseWriteAhead(path);
  await refuseJournal(path);
  const { Database } = (await import("node-sqlite3-wasm")).default;
  // The library locks a file by a folder beside it: by one of our own, many can read the file, wherever it is, and a process that is
  // killed locks nobody out.
  const folder = await makeTemporaryFolder();
  const link = join(folder.path, "input.gpkg");
  let opened: SqliteDatabase | undefined;
  const close = async (): Promise<void> => {
    if (opened?.isOpen) opened.close();
    await folder.remove();
  };
  try {
    await symlink(resolve(path), link);
    const database = inFile(path, () => new Database(link, { readOnly: true, fileMustExist: true }));
    opened = database;
    const layer = chooseLayer(path, layersOf(path, database), wanted);
    if (/POINT$/i.test(layer.type)) throw refuseShapes(path, "point");
    if (/(LINESTRING|CURVE)$/i.test(layer.type)) throw refuseShapes(path, "line");
    const columns = inFile(path, () => database.all(`PRAGMA table_info(${quoteIdentifier(layer.name)})`));
    const fields = columns.flatMap(({ name, type }): Field[] =>
      textOf(name) === layer.column ? [] : [{ name: textOf(name), type: fieldType(textOf(type)) }],
    );
    const key = columns.find(({ pk }) => pk === 1)?.["name"];
    const order = typeof key === "string" ? quoteIdentifier(key) : "rowid";
    return {
      file: path,
      fields,
      crs: layer.crs,
      files: [path],
      warnings: [],
      features: (request) => rows(path, database, layer, fields, order, request),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** SQLite in WebAssembly has no shared memory, which a file in this mode needs. */
async function refuseWriteAhead(file: string): Promise<void> {
  const handle = await open(file).catch((cause: unknown) => {
    throw fileError(file, cause) ?? cause;
  });
  try {
    const head = Buffer.alloc(20);
    await handle.read(head, 0, 20, 0);
    if (head.toString("latin1", 0, 13) !== "SQLite format" || (head[18] !== 2 && head[19] !== 2)) return;
  } finally {
    await handle.close();
  }
  throw inputError(file, "it is in SQLite's write-ahead mode (WAL), in which it can't be read", {
    hint: "close the program that has it open, then set `PRAGMA journal_mode = DELETE` with sqlite3, or export it again",
  });
}

/** What a program that was killed has begun to write is undone from a journal, which only SQLite beside the file would find. */
async function refuseJournal(file: string): Promise<void> {
  const journal = `${file}-journal`;
  const bytes = await stat(journal).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes === 0) return;
  throw inputError(file, `it is being written, or was left unfinished: there is ${journal}`, {
    hint: "wait until the other program is done; if there is none, open the file once with sqlite3, which repairs it",
  });
}

function layersOf(file: string, database: SqliteDatabase): Layer[] {
  const rows = inFile(file, () =>
    database.all(
      `SELECT g.table_name AS name, g.column_name AS col, g.geometry_type_name AS type, g.srs_id AS id,
         s.organization AS organization, s.organization_coordsys_id AS code, s.definition AS definition
       FROM gpkg_geometry_columns AS g LEFT JOIN gpkg_spatial_ref_sys AS s ON s.srs_id = g.srs_id ORDER BY g.rowid`,
    ),
  );
  return rows.map(({ name, col, type, id, organization, code, definition }) => ({
    name: textOf(name),
    column: textOf(col),
    type: textOf(type),
    crs: crsOf(Number(id), organization, code, definition),
  }));
}

function crsOf(id: number, organization: unknown, code: unknown, definition: unknown): string | undefined {
  // -1 and 0 stand for systems that are not known.
  if (id <= 0) return undefined;
  const authority = typeof organization === "string" ? organization.toUpperCase() : "";
  if ((authority === "EPSG" || authority === "ESRI") && Number(code) > 0)
    return `${authority}:${Number(code)}`;
  return typeof definition === "string" && definition !== "undefined" ? definition : undefined;
}

function chooseLayer(file: string, layers: readonly Layer[], wanted: string | undefined): Layer {
  const names = layers.map(({ name }) => name);
  const list = names.map((name) => `"${name}"`).join(", ");
  if (names.length === 0) throw inputError(file, "it has no layer of features");
  if (wanted === undefined) {
    if (layers.length === 1) return layers[0]!;
    throw usageError(file, "layer", `it has ${names.length} layers: ${list}`, "choose one with `layer:`");
  }
  const found =
    layers.find(({ name }) => name === wanted) ??
    layers.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (found) return found;
  const near = nearest(wanted, names);
  throw usageError(
    file,
    "layer",
    `it has no layer "${wanted}"`,
    `${near === undefined ? "" : `did you mean "${near}"? `}its layers are ${list}`,
  );
}

function fieldType(type: string): Field["type"] {
  if (/^BOOL/i.test(type)) return "BOOLEAN";
  if (/INT/i.test(type)) return "BIGINT";
  return /^(DOUBLE|FLOAT|REAL|NUMERIC|DECIMAL)/i.test(type) ? "DOUBLE" : "VARCHAR";
}

async function* rows(
  file: string,
  database: SqliteDatabase,
  { name, column }: Layer,
  fields: readonly Field[],
  order: string,
  { fields: wanted, signal }: FeatureRequest,
): AsyncGenerator<Feature> {
  const asked = wanted.map((index) => fields[index]!);
  const list = [
    `${quoteIdentifier(column)} AS g`,
    ...asked.map((field, i) => `${quoteIdentifier(field.name)} AS v${i}`),
  ];
  const builder = new RingBuilder();
  const statement = inFile(file, () =>
    database.prepare(`SELECT ${list.join(", ")} FROM ${quoteIdentifier(name)} ORDER BY ${order}`),
  );
  try {
    const iterator = statement.iterate();
    for (let position = 1; ; position++) {
      if (position % 64 === 0) {
        signal.throwIfAborted();
        // SQLite reads without giving way.
        await new Promise((resolve) => setImmediate(resolve));
      }
      const next = inFile(file, () => iterator.next());
      if (next.done) return;
      const row = next.value as Readonly<Record<string, SQLiteValue>>;
      builder.clear();
      try {
        readBlob(row["g"] ?? null, builder);
      } catch (cause) {
        throw inputError(file, `feature ${position} of "${name}": ${(cause as Error).message}`, { cause });
      }
      const values = asked.map((field, i) => valueOf(row[`v${i}`] ?? null, field.type));
      yield { position, ...builder.finish(), values };
    }
  } finally {
    if (!statement.isFinalized) statement.finalize();
  }
}

/** A name of the schema. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The header of a GeoPackage's geometry tells how long its envelope is; behind that is WKB. */
function readBlob(blob: SQLiteValue, builder: RingBuilder): void {
  if (blob === null) {
    builder.other("null");
    return;
  }
  if (!(blob instanceof Uint8Array) || blob.length < 8 || blob[0] !== 0x47 || blob[1] !== 0x50)
    throw new Error("its geometry is not one of GeoPackage");
  const flags = blob[3]!;
  const envelope = [0, 32, 48, 48, 64][(flags >> 1) & 7];
  if (envelope === undefined) throw new Error("the envelope of its geometry is of an unknown kind");
  if ((flags & 0x20) !== 0) throw new Error("its geometry is of an extended type");
  readWkb(blob.subarray(8 + envelope), builder);
}

function valueOf(value: SQLiteValue, type: Field["type"]): FieldValue {
  if (value === null || value instanceof Uint8Array) return null;
  if (type === "VARCHAR") return String(value);
  if (type === "BOOLEAN") return Number(value) !== 0;
  const number = Number(value);
  if (Number.isNaN(number) || value === "") return null;
  if (type === "DOUBLE") return number;
  return typeof value === "bigint" ? value : Number.isSafeInteger(number) ? BigInt(number) : null;
}

function inFile<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (isQuadratError(cause)) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const locked = /locked|busy/i.test(message);
    throw inputError(file, `it can't be read as a GeoPackage: ${message}`, {
      cause,
      ...(locked && { hint: "another program is writing to it" }),
    });
  }
}
