import type { QuadratError } from "@quadrat/core";
import { inputError } from "../../tables/faults.js";

/** The error for an input that has points or lines and no areas. */
export function refuseShapes(file: string, kind: "point" | "line"): QuadratError {
  return inputError(file, `it holds ${kind}s, but \`kind: ranges\` needs polygons`, {
    hint:
      kind === "point"
        ? "points are occurrences: export them as CSV or Parquet with their coordinates, and use `kind: occurrences`"
        : "lines enclose no area: make polygons of them first, such as buffers",
  });
}
