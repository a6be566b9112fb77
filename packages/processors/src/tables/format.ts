import { stat } from "node:fs/promises";
import { readBytes } from "./text/bytes.js";
import type { Packing } from "./text/packing.js";
import { inputError } from "./faults.js";

export type TableFormat =
  | { readonly kind: "text"; readonly packing: Packing }
  | { readonly kind: "parquet" }
  | { readonly kind: "zip" };

/** How a ZIP archive begins: with a file, empty, or as a volume. */
const zipMagic = ["PK\x03\x04", "PK\x05\x06", "PK\x07\x08"];

const foreign: readonly (readonly [magic: string, name: string, hint: string])[] = [
  ["II*\0", "a TIFF raster", "add `kind: raster`"],
  ["MM\0*", "a TIFF raster", "add `kind: raster`"],
  ["II+\0", "a TIFF raster", "add `kind: raster`"],
  ["ARROW1\0\0", "an Arrow (Feather) file", "write it as Parquet"],
  ["Obj\x01", "an Avro file", "write it as Parquet"],
  ["\x89HDF", "an HDF5 or NetCDF file", "export the table as CSV"],
  ["PK\x03\x04", "a ZIP archive compressed with gzip", "decompress it"],
  ["\xd0\xcf\x11\xe0", "an Excel workbook", "save the sheet as CSV"],
  ["BZh", "compressed with bzip2", "decompress it, or compress it with gzip"],
  ["\xfd7zXZ", "compressed with xz", "decompress it, or compress it with gzip"],
  ["\x28\xb5\x2f\xfd", "compressed with zstd", "decompress it, or compress it with gzip"],
  ["7z\xbc\xaf", "a 7z archive", "unpack it"],
  ["SQLite format 3", "a SQLite database or GeoPackage", "export the table as CSV"],
  ["%PDF", "a PDF document", "a table is a CSV, TSV or Parquet file"],
];

/**
 * The format of a file by its first bytes; its name only excludes that it is text.
 * @throws QuadratError if the file is missing, not a regular file, or not a table
 */
export async function tableFormat(file: string): Promise<TableFormat> {
  const facts = await stat(file).catch((cause: unknown) => {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const message = missing ? "the file does not exist" : (cause as Error).message;
    throw inputError(file, message, { cause, hint: "paths are relative to the configuration file" });
  });
  if (!facts.isFile())
    throw inputError(
      file,
      facts.isDirectory() ? "this is a directory, not a file" : "this is not a regular file",
    );
  const packed = await firstBytes(file, "none");
  if (zipMagic.some((magic) => packed.startsWith(magic))) return { kind: "zip" };
  if (/\.zip$/i.test(file)) {
    throw inputError(file, "the file is not a ZIP archive: it does not begin with PK", {
      hint: "was the download refused? open the file in an editor",
    });
  }
  const gzip = packed.startsWith("\x1f\x8b");
  const first = gzip ? await firstBytes(file, "gzip") : packed;
  if (first.startsWith("PAR1")) {
    if (!gzip) return { kind: "parquet" };
    throw inputError(file, "the file is Parquet compressed with gzip", { hint: "unpack it" });
  }
  const other = foreign.find(([magic]) => first.startsWith(magic));
  if (other) throw inputError(file, `the file is ${other[1]}, not a table`, { hint: other[2] });
  if (/\.(parquet|pq)$/i.test(file)) {
    if (first.startsWith("PARE")) {
      throw inputError(file, "the Parquet file is encrypted", { hint: "write it without encryption" });
    }
    throw inputError(file, "the file is not Parquet: it does not begin with PAR1", {
      hint: "name a text table .csv or .tsv",
    });
  }
  return { kind: "text", packing: gzip ? "gzip" : "none" };
}

async function firstBytes(file: string, packing: Packing): Promise<string> {
  for await (const chunk of readBytes(file, packing)) {
    if (chunk.length > 0) return chunk.toString("latin1", 0, 16);
  }
  return "";
}
