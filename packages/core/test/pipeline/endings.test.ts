import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/index.js";
import { QuadratError } from "../../src/errors.js";
import { beyondLimit, diskFull } from "../../src/pipeline/endings.js";

function study(memory: object) {
  const text = JSON.stringify({
    grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 4, 4] },
    datasets: { a: { path: "a.tif" } },
    memory,
  });
  return parseConfig(text, { file: "/study/config.yml" });
}

describe("beyondLimit", () => {
  const hint = (memory: object, limitNote?: string) =>
    beyondLimit(190e6, 200e6, { config: study(memory), memory: { limitNote } }).hint;

  it("says which limit would give no warning", () => {
    expect(hint({})).toContain("set memory.limit to 238 MB or more");
    expect(hint({ warning_threshold: 0.5, critical_threshold: 0.6, recovery_threshold: 0.4 })).toContain(
      "set memory.limit to 380 MB or more",
    );
  });

  it("says who else must grant it, and where no limit may help", () => {
    expect(hint({}, "SLURM grants 200 MB")).toContain(
      "238 MB or more, and have as much granted (SLURM grants 200 MB)",
    );
    expect(hint({ backend: { use: "scripted", ratios: [0.95] } })).toContain(
      "memory.backend scripted, which tells",
    );
  });
});

describe("diskFull", () => {
  const context = { config: study({}), storePath: "/study/out/quadrat.duckdb" };
  const duckDb = new Error('Could not write file "/study/out/quadrat.duckdb": No space left on device');

  it("knows DuckDB's words, wherever they stand", () => {
    for (const error of [duckDb, new Error("Failed to commit", { cause: duckDb })]) {
      const full = diskFull(error, context)!;
      expect(full).toMatchObject({ kind: "output", place: { file: context.storePath } });
      expect(full.hint).toContain("free some space");
    }
  });

  it("leaves other failures alone", () => {
    expect(diskFull(new Error("Out of Memory Error"), context)).toBeUndefined();
    const told = new QuadratError("output", "no space left on device under out/merged.csv");
    expect(diskFull(told, context)).toBeUndefined();
  });
});
