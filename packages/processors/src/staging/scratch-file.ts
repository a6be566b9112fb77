import { createHash } from "node:crypto";
import { closeSync, openSync, rmSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QuadratError, SlotTable, type RasterSource, type ScratchShare } from "@quadrat/core/base";

/** A file for the decoded blocks of one raster while it is resampled. It has no name, so that nothing is left of it. */
export interface ScratchFile {
  readonly share: ScratchShare;
  /** Gives its space back. No thread may use it any more. */
  close(): void;
}

/** Slots begin at pages of memory. */
const pageBytes = 4096;

/**
 * Creates a file beside the store, or among the temporary files if the store is in memory.
 * @param patience a block that none of this many bands has used makes room for others
 * @throws QuadratError of kind "output" if it can't be created
 */
export function openScratchFile(
  storePath: string,
  dataset: string,
  blocks: NonNullable<RasterSource["scratchBlocks"]>,
  patience: number,
): ScratchFile {
  const path = scratchPath(storePath, dataset);
  const fd = create(path);
  return {
    share: {
      ...{ fd, path, patience },
      state: SlotTable.memory(blocks.count),
      slotBytes: Math.ceil(blocks.bytes / pageBytes) * pageBytes,
    },
    close: () => closeSync(fd),
  };
}

/** The same dataset always gets the same name: what a run left that was killed at this very moment is replaced. */
function scratchPath(storePath: string, dataset: string): string {
  const id = createHash("sha256").update(dataset).digest("hex").slice(0, 12);
  const inMemory = storePath === "" || storePath === ":memory:";
  return inMemory ? join(tmpdir(), `quadrat-${process.pid}-${id}.blocks`) : `${storePath}.${id}.blocks`;
}

function create(path: string): number {
  try {
    rmSync(path, { force: true });
    const fd = openSync(path, "wx+", 0o600);
    unlinkSync(path);
    return fd;
  } catch (cause) {
    throw new QuadratError(
      "output",
      `can't create ${path}, a file for decoded blocks of a wide raster: ${(cause as Error).message}`,
      {
        cause,
        hint: "check that its folder exists and can be written, or choose another place with --store",
        place: { file: path },
      },
    );
  }
}
