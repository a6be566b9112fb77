import { stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import type { Grid } from "../grid/grid.js";
import type { Footprint } from "./footprint.js";
import type { Prediction } from "../prediction/predict.js";
import type { TableOutlook } from "../prediction/rows.js";

/** Bytes that a run will add at a path. */
export interface DiskNeed {
  /** What the bytes are, such as "the store". */
  readonly what: string;
  readonly path: string;
  readonly bytes: number;
}

/** A file system with less room than a run needs. */
export interface DiskShortage {
  readonly needs: readonly DiskNeed[];
  readonly neededBytes: number;
  readonly freeBytes: number;
}

/** The file system of a path, existing or not, and the bytes that are free there for this user; undefined if unknown. */
export type FreeSpace = (
  path: string,
) => Promise<{ readonly device: string; readonly bytes: number } | undefined>;

export async function freeSpace(path: string): Promise<{ device: string; bytes: number } | undefined> {
  try {
    const [{ dev }, { bavail, blocks, bsize }] = await Promise.all([stat(path), statfs(path)]);
    // Some file systems in user space report nothing.
    return blocks > 0 ? { device: String(dev), bytes: bavail * bsize } : undefined;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return missing && dirname(path) !== path ? freeSpace(dirname(path)) : undefined;
  }
}

/** The maximum number of bytes of a value: in the store, and in any format. */
const most = { stored: 9, exported: 32 };

/** The bytes of a record that DuckDB sorts: cell, value and position. */
const sortedBytes = 24;

/** The maximum that a run on this grid can need, whatever its values. */
export function mostDiskBytes(
  grid: Grid,
  config: Pick<Config, "datasets" | "export">,
  datasets = Object.keys(config.datasets).length,
): number {
  const values = grid.size * (datasets + 2);
  // Parts of an output may exist beside it.
  return values * (most.stored + most.exported * (config.export.formats.length + 1));
}

/** What a run is expected to write, less what its store already holds, which is replaced or reused. */
export async function diskNeeds(
  { demand }: Pick<Prediction, "demand">,
  { columns }: TableOutlook,
  { duckDbBytes }: Pick<Footprint, "duckDbBytes">,
  { store, outputs }: { readonly store: string; readonly outputs: string },
): Promise<DiskNeed[]> {
  const held = (await stat(store).catch(() => undefined))?.size ?? 0;
  const records = Math.max(0, ...columns.map(({ kind, reads }) => (kind === "cells" ? reads : 0)));
  return [
    { what: "the store", path: store, bytes: Math.max(0, demand.store_bytes - held) },
    { what: "decoded blocks of wide rasters", path: store, bytes: demand.scratch_bytes },
    { what: "the outputs", path: outputs, bytes: demand.output_bytes },
    { what: "parts of an output", path: outputs, bytes: demand.parts_bytes },
    { what: "temporary files", path: tmpdir(), bytes: Math.max(0, sortedBytes * records - duckDbBytes) },
  ];
}

/** The file systems with less free space than is needed on them; needs on the same one are added up. */
export async function shortagesOf(
  needs: readonly DiskNeed[],
  freeOn: FreeSpace = freeSpace,
): Promise<DiskShortage[]> {
  const devices = new Map<string, { needs: DiskNeed[]; freeBytes: number }>();
  for (const need of needs) {
    if (need.bytes === 0) continue;
    const free = await freeOn(need.path);
    if (!free) continue;
    const on = devices.get(free.device) ?? { needs: [], freeBytes: free.bytes };
    on.needs.push(need);
    devices.set(free.device, on);
  }
  return [...devices.values()]
    .map((on) => ({ ...on, neededBytes: on.needs.reduce((sum, { bytes }) => sum + bytes, 0) }))
    .filter(({ neededBytes, freeBytes }) => neededBytes > freeBytes);
}

/** The shortage in words, with what to do about it. */
export function shortageError(shortages: readonly DiskShortage[], grid: Grid): QuadratError {
  const texts = shortages.map(({ needs, neededBytes, freeBytes }) => {
    const parts = needs.map(({ what, path, bytes }) => `${what} ${amount(bytes)} at ${path}`);
    return `the run is expected to need ${amount(neededBytes)}, but only ${amount(freeBytes)} are free: ${parts.join(", ")}`;
  });
  const [dx, dy] = grid.resolution;
  const cells = `${dx === dy ? dx : `${dx} x ${dy}`} in units of ${grid.crs.slice(0, 40)}`;
  return new QuadratError("output", texts.join("; "), {
    hint:
      `check grid.resolution, ${cells}, and grid.bounds: the grid has ${grid.size.toPrecision(3)} cells. Free some space, or choose ` +
      "another place with export.directory, --store or TMPDIR; `--set prediction.disk=warn` runs anyway",
    place: { key: "grid.resolution" },
  });
}

function amount(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}
