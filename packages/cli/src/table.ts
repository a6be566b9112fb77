import { displayWidth } from "./display-width.js";

export type Alignment = "left" | "right";

/** Rows as lines with their columns aligned, two spaces apart; columns without any text are left out. */
export function tableText(
  rows: readonly (readonly string[])[],
  alignment: readonly Alignment[] = [],
): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[column] ?? "")), 0),
  );
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        const space = " ".repeat(width - displayWidth(cell));
        return alignment[column] === "right" ? space + cell : cell + space;
      })
      .filter((_, column) => widths[column]! > 0)
      .join("  ")
      .trimEnd(),
  );
}
