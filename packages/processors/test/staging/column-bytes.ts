import { createHash } from "node:crypto";
import type { Column } from "../../src/staging/column.js";

/** Collects a column band by band: its values and which cells have one, whatever the bands were. */
export function columnBytes(cells: number): {
  add(column: Column | undefined, count: number): void;
  hash(): string;
} {
  const values = new Float64Array(cells);
  let at = 0;
  return {
    add(column, count) {
      for (let i = 0; i < count; i++, at++) {
        const present =
          column !== undefined && (!column.validity || ((column.validity[i >> 3]! >> (i & 7)) & 1) === 1);
        values[at] = present ? Number(column.values[i]) : NaN;
      }
    },
    hash: () => createHash("sha256").update(new Uint8Array(values.buffer)).digest("hex"),
  };
}
