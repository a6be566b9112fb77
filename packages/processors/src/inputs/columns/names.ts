import { QuadratError } from "@quadrat/core";
import { datasetNameFault, keyOf } from "@quadrat/core/host";

const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu;

/** A column's name from that of its entry and what distinguishes it; labels that say nothing are left out. */
export function columnName(entry: string, labels: readonly string[]): string {
  const said = labels
    .map((label) => label.replaceAll(unprintable, " ").trim())
    .filter((label) => label !== "");
  return [entry, ...said].join("_");
}

/** A column, and what it is made from, in words. */
export interface NamedColumn {
  readonly name: string;
  readonly entry: string;
  /** Such as "band 3 of soil.tif"; absent if the entry is this column. */
  readonly from?: string | undefined;
}

/** The error that a column can't have its name, or two the same, which SQL can't tell apart by case; undefined if none. */
export function nameFault(
  columns: readonly NamedColumn[],
): { error: QuadratError; entry: string } | undefined {
  const known = new Map<string, NamedColumn>();
  for (const column of columns) {
    const fault = column.from === undefined ? undefined : datasetNameFault(column.name);
    if (fault !== undefined)
      return { error: new QuadratError("usage", `${described(column)}: ${fault}`), entry: column.entry };
    const other = known.get(keyOf(column.name));
    if (!other) {
      known.set(keyOf(column.name), column);
      continue;
    }
    // The entry that makes several columns is the one to mend.
    const where = column.from === undefined ? other : column;
    const names = column.name === other.name ? column.name : `${other.name} and ${column.name}`;
    const inOne = column.entry === other.entry;
    const message = `two columns would have the same name, ${names}: ${described(other)} and ${described(column)}`;
    const hint = inOne
      ? where.from?.startsWith("band ")
        ? "give the bands names of your own, such as `bands: {clay: 3, clay_deep: 5}`"
        : "make the pattern more specific, or make an entry of each"
      : "rename one of the datasets";
    return { error: new QuadratError("usage", message, { hint }), entry: where.entry };
  }
  return undefined;
}

function described({ name, entry, from }: NamedColumn): string {
  if (from === undefined) return `the dataset "${name}"`;
  return `${from} of the dataset "${entry}"`;
}
