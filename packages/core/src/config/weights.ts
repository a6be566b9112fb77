/** The name of the column that `weights` adds to a dataset of polygons. */
export function weightOf(name: string): string {
  return `${name}_weight`;
}
