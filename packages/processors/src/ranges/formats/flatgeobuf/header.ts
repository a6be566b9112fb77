import { inputError } from "../../../tables/faults.js";
import type { Field } from "../../feature.js";
import type { FileWindow } from "../file-window.js";
import { FlatTable } from "./flatbuffer.js";

/** Types of columns, in the order of their numbers. */
const columnTypes = [
  "byte",
  "ubyte",
  "bool",
  "short",
  "ushort",
  "int",
  "uint",
  "long",
  "ulong",
  "float",
  "double",
  "string",
  "json",
  "datetime",
  "binary",
] as const;

export type ColumnType = (typeof columnTypes)[number];

export interface FlatColumn extends Field {
  readonly stored: ColumnType;
}

export interface FlatHeader {
  /** The number of the geometries' type, 0 if they differ. */
  readonly geometryType: number;
  readonly columns: readonly FlatColumn[];
  /** 0 if it is not known. */
  readonly count: number;
  /** 0 without an index. */
  readonly nodeSize: number;
  readonly crs: string | undefined;
  /** Where the index begins. */
  readonly indexAt: number;
}

const magic = [0x66, 0x67, 0x62];
/** A header is names and a CRS. */
const mostHeaderBytes = 2 ** 26;

export async function readHeader(window: FileWindow): Promise<FlatHeader> {
  const { file } = window;
  const start = Buffer.from(await window.read(0, Math.min(12, window.size)));
  const isMagic = start.length === 12 && magic.every((byte, i) => start[i] === byte && start[i + 4] === byte);
  if (!isMagic) throw inputError(file, "it is not a FlatGeobuf: its first bytes are not those of one");
  if (start[3]! !== 3)
    throw inputError(file, `it is of version ${start[3]!} of FlatGeobuf; version 3 can be read`);
  const length = start.readUInt32LE(8);
  if (length > mostHeaderBytes || 12 + length > window.size)
    throw inputError(file, `its header says that it has ${length} bytes, which is more than the file holds`);
  const bytes = Uint8Array.from(await window.read(12, length));
  try {
    return headerOf(FlatTable.root(bytes), 12 + length);
  } catch (cause) {
    throw inputError(file, `its header is damaged: ${(cause as Error).message}`, { cause });
  }
}

function headerOf(header: FlatTable, indexAt: number): FlatHeader {
  return {
    geometryType: header.byte(2),
    columns: columnsOf(header.tables(7)),
    count: header.long(8),
    nodeSize: header.ushort(9, 16),
    crs: crsOf(header.table(10)),
    indexAt,
  };
}

/** Columns of a header, or those that a feature has of its own. */
export function columnsOf(tables: readonly FlatTable[]): FlatColumn[] {
  return tables.map((column) => {
    const stored = columnTypes[column.byte(1)];
    if (stored === undefined) throw new Error(`a column has the unknown type ${column.byte(1)}`);
    return { name: column.text(0) ?? "", stored, type: fieldType(stored) };
  });
}

function fieldType(stored: ColumnType): Field["type"] {
  if (stored === "bool") return "BOOLEAN";
  if (stored === "float" || stored === "double") return "DOUBLE";
  return ["string", "json", "datetime", "binary"].includes(stored) ? "VARCHAR" : "BIGINT";
}

function crsOf(crs: FlatTable | undefined): string | undefined {
  if (!crs) return undefined;
  const code = crs.int(1);
  const authority = crs.text(0) ?? "EPSG";
  if (code > 0) return `${authority}:${code}`;
  const wkt = crs.text(4);
  if (wkt !== undefined && wkt !== "") return wkt;
  const text = crs.text(5);
  return text === undefined || text === "" ? undefined : `${authority}:${text}`;
}
