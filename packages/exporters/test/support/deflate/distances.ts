/** Extra bits of a distance. */
export function distanceExtra(distance: number): number {
  return distance < 5 ? 0 : 30 - Math.clz32(distance - 1);
}

/** The symbol of a distance with `extra` extra bits: two for each number of them, four for none. */
export function distanceSymbol(distance: number, extra: number): number {
  return 2 * extra + ((distance - 1) >> extra);
}
