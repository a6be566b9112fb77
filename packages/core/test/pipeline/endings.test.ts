import { describe, expect, it } from "vitest";
import { QuadratError } from "../../src/errors.js";
import { diskFull } from "../../src/pipeline/endings.js";
import { study } from "../support/study.js";

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
