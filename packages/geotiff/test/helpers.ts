import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RasterData } from "@quadrat/core";
import { afterAll, beforeAll } from "vitest";
import { openGeoTiff } from "../src/index.js";
import type { GeoTiffOptions } from "../src/index.js";

/** Absolute path of a committed fixture. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
}

/** Absolute path of the data that other programs' results were made from; not part of the repository. */
export function sharedData(name: string): string {
  return fileURLToPath(new URL(`../../../../shared/data/${name}`, import.meta.url));
}

/** Opens a file, reads all of it, closes it. */
export async function readWhole(
  path: string,
  options: Partial<GeoTiffOptions> = {},
): Promise<{ width: number; height: number; data: RasterData; warnings: readonly string[] }> {
  const source = await openGeoTiff({ path, band: 1, scaled: true, ...options });
  try {
    const { width, height, warnings } = source;
    const { data } = await source.read({ col: 0, row: 0, width, height });
    return { width, height, data, warnings };
  } finally {
    await source.close();
  }
}

/** A folder for the tests of this file; `write` puts a file into it and returns its path. */
export function temporaryFolder(): { write(name: string, bytes: Uint8Array | string): Promise<string> } {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "quadrat-geotiff-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    write: async (name, bytes) => {
      const path = join(folder, name);
      await writeFile(path, bytes);
      return path;
    },
  };
}
