import { basename, dirname } from "node:path";
import { matchColumns } from "./columns.js";

/** Columns given by the names of a file's folders, as in Hive: `year=2020/month=1`; null is its value for none. */
export type PartitionKeys = ReadonlyMap<string, string | null>;

const hiveNull = "__HIVE_DEFAULT_PARTITION__";

/** The keys in the names of the folders directly above a file. */
export function partitionKeys(path: string): PartitionKeys {
  const keys: [string, string | null][] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const match = /^([^=]+)=(.*)$/s.exec(basename(folder));
    if (!match) return new Map(keys.reverse());
    keys.push([decoded(match[1]!), match[2] === hiveNull ? null : decoded(match[2]!)]);
  }
}

/** The value of a column among the keys, undefined if it is not one of them. */
export function keyOf(keys: PartitionKeys, column: string): string | null | undefined {
  const names = [...keys.keys()];
  const [index] = matchColumns(names, column);
  return index === undefined ? undefined : keys.get(names[index]!);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
