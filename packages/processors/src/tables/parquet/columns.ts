import { matchColumns } from "../columns.js";
import { keyOf } from "../partitions.js";
import type { FurtherColumn, InputColumn } from "../reader.js";
import { sqlConstant } from "../text/column-types.js";
import type { ParquetFile } from "./layouts.js";
import type { Reading } from "./reading.js";

/** The columns of all files in the order in which they first occur; where their types differ they are text. */
export function columnsOf(parts: readonly ParquetFile[]): InputColumn[] {
  const found = new Map<string, InputColumn>();
  const layouts = new Set<ParquetFile["layout"]>();
  const add = (name: string, type: string): void => {
    const before = found.get(name);
    if (!before) found.set(name, { name, type });
    else if (before.type !== type) found.set(name, { name, type: "VARCHAR" });
  };
  for (const { layout } of parts) {
    if (layouts.has(layout)) continue;
    layouts.add(layout);
    for (const { name, type } of layout.columns) add(name, type);
  }
  const own = [...found.keys()];
  const keys = new Map<string, boolean>();
  for (const part of parts) {
    for (const [name, value] of part.keys) {
      if (matchColumns(own, name).length > 0) continue;
      keys.set(name, (keys.get(name) ?? true) && (value === null || /^-?\d{1,18}$/.test(value)));
    }
  }
  for (const [name, isWhole] of keys) add(name, isWhole ? "BIGINT" : "VARCHAR");
  return [...found.values()];
}

/** The SQL of a further column in one file; undefined if the file lacks it. */
export function sqlFurther({ file }: Reading, { name, type }: FurtherColumn): string | undefined {
  const { columns } = file.layout;
  const [index] = matchColumns(
    columns.map((column) => column.name),
    name,
  );
  if (index !== undefined) {
    const column = columns[index]!;
    return column.type === type ? column.sql : `CAST(${column.sql} AS ${type})`;
  }
  const key = keyOf(file.keys, name);
  return key === undefined ? undefined : sqlConstant(key, type);
}

/** The warning that some files lack further columns. */
export function warningsOfFurther(readings: readonly Reading[], further: readonly FurtherColumn[]): string[] {
  return further.flatMap((column) => {
    const lacking = readings.filter((reading) => sqlFurther(reading, column) === undefined);
    if (lacking.length === 0) return [];
    return [
      `${lacking.length} of ${readings.length} files have no column "${column.name}", such as ${lacking[0]!.file.path}: their records have none`,
    ];
  });
}
