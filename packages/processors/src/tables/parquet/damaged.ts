import type { QuadratError, Store } from "@quadrat/core";
import { inputError } from "../faults.js";
import type { Reading } from "./reading.js";
import { readNumbered, rowNumber } from "./rows.js";

/** DuckDB's error for bytes that a function can't read. */
export function isInvalidInput(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Invalid Input Error");
}

/** The error for the first geometry of a file that can't be read. */
export async function findDamaged(
  store: Store,
  { file, points }: Reading,
): Promise<QuadratError | undefined> {
  if (!points?.text || !points.geometry) return undefined;
  const { name, text, geometry } = points;
  const damaged = (where: string, size: string, cause?: unknown): QuadratError =>
    inputError(file.path, `${where}column "${name}" holds a geometry that is cut short or damaged${size}`, {
      cause,
      hint: "write the file again; a geometry that is NULL counts as a missing coordinate",
    });
  try {
    const [found] = await store.rows<{ row: number | null; bytes: number | null }>(`
      SELECT min(${rowNumber})::DOUBLE AS row, arg_min(bytes, ${rowNumber}) AS bytes
      FROM (
        SELECT ${rowNumber}, ${geometry.isWkb ? `octet_length(${geometry.sql})::DOUBLE` : "NULL"} AS bytes
        FROM ${readNumbered(file, points)} WHERE ${geometry.sql} IS NOT NULL AND TRY(${text}) IS NULL
      )`);
    if (typeof found?.row !== "number") return undefined;
    return damaged(`row ${found.row + 1}: `, ` (${found.bytes} bytes of WKB)`);
  } catch (cause) {
    // DuckDB reads columns of its own type before there is a row to try.
    return !geometry.isWkb && isInvalidInput(cause) ? damaged("", "", cause) : undefined;
  }
}
