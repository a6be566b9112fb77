import { describe, expect, it } from "vitest";
import { QuadratError } from "../../src/errors.js";
import { noRoom } from "../../src/pipeline/endings.js";
import { study } from "../support/study.js";

describe("a store without room", () => {
  const context = { config: study({}), storePath: "/study/out/quadrat.duckdb" };
  const duckDb = new Error('Could not write file "/study/out/quadrat.duckdb": No space left on device');

  it("knows DuckDB's words, wherever they stand", () => {
    for (const error of [duckDb, new Error("Failed to commit", { cause: duckDb })]) {
      const full = noRoom(error, context)!;
      expect(full).toMatchObject({ kind: "output", place: { file: context.storePath } });
      expect(full.hint).toContain("free some space");
    }
  });

  it("knows that DuckDB's own memory is short, wherever that is said", () => {
    const short = new Error("Out of Memory Error: could not allocate block of size 32.0 KiB");
    for (const error of [short, new QuadratError("internal", "x", { cause: short })]) {
      expect(noRoom(error, context)).toMatchObject({ kind: "memory", place: { key: "memory.limit" } });
    }
  });

  it("knows that what DuckDB puts aside finds no room, which it calls memory too", () => {
    const spill =
      "Out of Memory Error: failed to offload data block of size 256.0 KiB (48.0 MiB/48.0 MiB used).\nThis limit was set by the 'max_temp_directory_size' setting.";
    const full = noRoom(new Error(spill), context)!;
    expect(full.kind).toBe("output");
    expect(full.hint).toContain("TMPDIR");
  });

  it("leaves other failures alone", () => {
    expect(noRoom(new Error("Catalog Error"), context)).toBeUndefined();
    const told = new QuadratError("output", "no space left on device under out/merged.csv");
    expect(noRoom(told, context)).toBeUndefined();
  });
});
