import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Grid, isQuadratError } from "../../src/index.js";
import { diskNeeds, freeSpace, mostDiskBytes, shortageError, shortagesOf } from "../../src/pipeline/disk.js";
import { study } from "../support/study.js";

const GB = 1e9;
const needs = [
  { what: "the store", path: "/data/out/quadrat.duckdb", bytes: 3 * GB },
  { what: "the outputs", path: "/data/out", bytes: 4 * GB },
  { what: "temporary files", path: "/tmp", bytes: 1 * GB },
];
const free = (data: number, temporary: number) => (path: string) =>
  Promise.resolve(
    path.startsWith("/data") ? { device: "1", bytes: data * GB } : { device: "2", bytes: temporary * GB },
  );

describe("the room on the disk", () => {
  it("is short where what is needed on a file system together is more than is free there", async () => {
    expect(await shortagesOf(needs, free(7, 1))).toEqual([]);
    expect(await shortagesOf(needs, free(6.9, 1))).toEqual([
      { needs: needs.slice(0, 2), neededBytes: 7 * GB, freeBytes: 6.9 * GB },
    ]);
    expect(await shortagesOf(needs, free(7, 0.9))).toMatchObject([{ neededBytes: GB, freeBytes: 0.9 * GB }]);
    expect(await shortagesOf(needs, () => Promise.resolve({ device: "1", bytes: 7.9 * GB }))).toHaveLength(1);
    expect(await shortagesOf(needs, () => Promise.resolve(undefined))).toEqual([]);
  });

  it("is told with the figures, the places, and what to do", async () => {
    const grid = new Grid({ crs: "EPSG:3857", resolution: [0.1, 0.1], bounds: [0, 0, 100, 100] });
    const error = shortageError(await shortagesOf(needs, free(1, 9)), grid);
    expect(isQuadratError(error) && error.kind).toBe("output");
    expect(error.message).toBe(
      "the run is expected to need 7 GB, but only 1 GB are free: the store 3 GB at /data/out/quadrat.duckdb, the outputs 4 GB at /data/out",
    );
    expect(error.hint).toContain("0.1 in units of EPSG:3857");
    expect(error.hint).toContain("`--set prediction.disk=warn` runs anyway");
  });

  it("is that of the nearest folder that is there, and known of this machine", async () => {
    const here = await freeSpace(tmpdir());
    expect(here!.bytes).toBeGreaterThan(0);
    expect((await freeSpace(join(tmpdir(), "not/there/yet.duckdb")))!.device).toBe(here!.device);
  });

  it("is needed less where a store holds some of it already", async () => {
    const folder = await mkdtemp(join(tmpdir(), "quadrat-disk-"));
    try {
      const store = join(folder, "quadrat.duckdb");
      const demand = { store_bytes: 5000, output_bytes: 700, scratch_bytes: 40, parts_bytes: 30 };
      const outlook = { rows: 1, columns: [{ kind: "cells", reads: 100 }] };
      const bytes = async (duckDbBytes: number): Promise<number[]> =>
        (
          await diskNeeds({ demand } as never, outlook as never, { duckDbBytes }, { store, outputs: folder })
        ).map((need) => need.bytes);
      expect(await bytes(1e6)).toEqual([5000, 40, 700, 30, 0]);
      await writeFile(store, "x".repeat(2000));
      expect(await bytes(400)).toEqual([3000, 40, 700, 30, 2000]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is never needed beyond a bound that follows from the grid alone", () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 4, 4] });
    // 16 cells of x, y and a column: 9 bytes in the store, 32 in a file, and as many in its parts.
    expect(mostDiskBytes(grid, study({}))).toBe(16 * 3 * 73);
  });
});
