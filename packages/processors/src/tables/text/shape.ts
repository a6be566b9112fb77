import type { Found } from "./split.js";

type Fields = Pick<Found, "count" | "starts" | "ends">;

/** How many fields a complete record of a table has. Columns without a name at the end of the header may be omitted. */
export interface Shape {
  readonly least: number;
  readonly most: number;
}

export function shapeOf(names: readonly string[]): Shape {
  const least = names.findLastIndex((name) => name.trim() !== "") + 1;
  return { least: Math.max(least, 1), most: names.length };
}

/** True when the record has as many fields as the header; delimiters at its end may mean more, all empty. */
export function isWhole(fields: Fields, { least, most }: Shape): boolean {
  return fields.count >= least && endsEmpty(fields, most);
}

/** True if a record can be used: the fields it lacks are at its end, after `enough` fields, and are read as empty. */
export function isUsable(fields: Fields, { most }: Shape, enough: number): boolean {
  return fields.count >= enough && endsEmpty(fields, most);
}

/** True if only empty fields follow the first `most`. */
function endsEmpty({ count, starts, ends }: Fields, most: number): boolean {
  for (let extra = most; extra < count; extra++) if (starts[extra] !== ends[extra]) return false;
  return true;
}
