export type Alignment = "left" | "right";

/** Rows as lines with their columns aligned, two spaces apart; columns that are empty throughout are left out. */
export function tableText(
  rows: readonly (readonly string[])[],
  alignment: readonly Alignment[] = [],
): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        return alignment[column] === "right" ? cell.padStart(width) : cell.padEnd(width);
      })
      .filter((_, column) => widths[column]! > 0)
      .join("  ")
      .trimEnd(),
  );
}
