import type { ColumnOverview } from "@quadrat/core/host";
import { numberText, percentText } from "./numbers.js";

/** Names are cut off in legends and tables. */
const longest = 60;

/** The name of a class: its number, or the text that the number stands for. */
export function className({ texts }: Pick<ColumnOverview, "texts">, value: number): string {
  if (!texts) return numberText(value);
  const name = texts.names[value];
  if (name === undefined) return `${numberText(texts.others)} others`;
  if (name === "") return "(empty)";
  return name.length > longest ? `${name.slice(0, longest - 1)}…` : name;
}

/** Whether a class is that of all texts that are not among the commonest. */
export function isOthers({ texts }: Pick<ColumnOverview, "texts">, value: number): boolean {
  return texts !== undefined && value >= texts.names.length;
}

/** How many different classes there are. */
export function classCount({ texts, classes = [] }: Pick<ColumnOverview, "texts" | "classes">): number {
  return texts ? texts.names.length + texts.others : classes.length;
}

export function classesText(count: number): string {
  return `${numberText(count)} ${count === 1 ? "class" : "classes"}`;
}

/** Classes by the number of their rows; what is left to the others comes last. */
export function byCount(
  column: Pick<ColumnOverview, "texts" | "classes">,
): readonly (readonly [value: number, count: number])[] {
  const last = (value: number): number => Number(isOthers(column, value));
  return [...(column.classes ?? [])].sort(
    ([a, count], [b, other]) => last(a) - last(b) || other - count || a - b,
  );
}

/** The commonest classes in words: `forest (41.0 %), crops (20.3 %)`. */
export function commonest(column: ColumnOverview, most: number): string {
  return byCount(column)
    .filter(([value]) => !isOthers(column, value))
    .slice(0, most)
    .map(([value, count]) => `${className(column, value)} (${percentText(count, column.values)})`)
    .join(", ");
}
