import { open } from "node:fs/promises";
import { readBlocks, type CellBlock } from "./range-file.js";
import type { FrozenFile } from "./plan.js";
import type { StagedElsewhere, StagedRows } from "./stage-contract.js";

/** The rasters that a process has just staged in the rows of its shard, for the queries that read them. */
export function ownRows(
  staged: readonly StagedRows[],
  files: readonly FrozenFile[],
  first: number,
): StagedElsewhere {
  const hashes = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  return {
    isPart: true,
    hash: (path) => hashes.get(path),
    dense({ name }) {
      const rows = staged.find((one) => one.name === name);
      return (
        rows && {
          facts: { values: rows.values, min: rows.min, max: rows.max },
          sourceTotals: rows.sourceTotal ? [rows.sourceTotal] : [],
          cells: (from) => cellsOf(rows, from),
          outside: () => [rows.outside.map((cell) => cell - first)],
        }
      );
    },
    whole: () => Promise.resolve(undefined),
    query: () => undefined,
  };
}

async function* cellsOf({ file: path, type }: StagedRows, from: number): AsyncGenerator<CellBlock> {
  const file = await open(path);
  try {
    yield* readBlocks(file, type, { at: 0, end: (await file.stat()).size }, from);
  } finally {
    await file.close();
  }
}
