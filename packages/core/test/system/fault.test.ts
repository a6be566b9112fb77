import { describe, expect, it } from "vitest";
import { QuadratError } from "../../src/errors.js";
import { systemFault } from "../../src/system/fault.js";

describe("what the operating system refuses", () => {
  const context = { store: "/study/out/quadrat.duckdb", temporary: "/scratch/quadrat-1-2-x" };
  const duckDb = new Error('Could not write file "/study/out/quadrat.duckdb": No space left on device');

  it("knows DuckDB's words, wherever they stand", () => {
    for (const error of [duckDb, new Error("Failed to commit", { cause: duckDb })]) {
      const full = systemFault(error, context)!;
      expect(full).toMatchObject({ kind: "output", place: { file: context.store } });
      expect(full.hint).toContain("free some space");
    }
  });

  it("knows that DuckDB's own memory is short, wherever that is said", () => {
    const short = new Error("Out of Memory Error: could not allocate block of size 32.0 KiB");
    for (const error of [short, new QuadratError("internal", "x", { cause: short })]) {
      expect(systemFault(error, context)).toMatchObject({ kind: "memory", place: { key: "memory.limit" } });
    }
  });

  it("knows that what DuckDB puts aside finds no room, which it calls memory too", () => {
    const spill =
      "Out of Memory Error: failed to offload data block of size 256.0 KiB (48.0 MiB/48.0 MiB used).\nThis limit was set by the 'max_temp_directory_size' setting.";
    const full = systemFault(new Error(spill), context)!;
    expect(full.kind).toBe("output");
    expect(full.hint).toContain("TMPDIR");
  });

  it("leaves other failures alone", () => {
    expect(systemFault(new Error("Catalog Error"), context)).toBeUndefined();
    const told = new QuadratError("output", "no space left on device under out/merged.csv");
    expect(systemFault(told, context)).toBeUndefined();
  });

  it("tells the folder for temporary files, the store and other files apart", () => {
    const full = (path: string): Error =>
      new Error(`IO Error: Could not write file "${path}": No space left on device`);
    const spill = systemFault(full(`${context.temporary}/duckdb_temp_storage-0.tmp`), context)!;
    expect(spill.message).toContain("temporary files is full: DuckDB can't spill what it sorts in /scratch");
    expect(systemFault(full(`${context.store}.wal`), context)!.message).toBe(
      `the disk is full: ${context.store} can't grow`,
    );
    expect(systemFault(full("/other/x.rows"), context)!.message).toBe(
      "the disk is full: can't write /other/x.rows",
    );
  });

  it.each([
    ['Cannot open file "/study/out/quadrat.duckdb": Too many open files', "system", /limit of open files/],
    ["Worker initialization failure: EMFILE", "system", /limit of open files/],
    ["EMFILE: too many open files, open '/a.tif'", "system", /limit of open files/],
    [
      'IO Error: Could not write file "/study/out/quadrat.duckdb": File too large',
      "output",
      /larger than is allowed/,
    ],
    [
      'IO Error: Cannot open file "/study/out/quadrat.duckdb.wal": No such file or directory',
      "output",
      /can't be written/,
    ],
    [
      "IO Error: Corrupt database file: computed checksum 1 does not match stored checksum 2",
      "output",
      /is damaged/,
    ],
  ])("knows %s", (message, kind, told) => {
    for (const error of [
      new Error(message),
      new QuadratError("plugin", "x", { cause: new Error(message) }),
    ]) {
      const fault = systemFault(error, context)!;
      expect(fault.kind).toBe(kind);
      expect(fault.message).toMatch(told);
      expect(fault.exitCode).toBe(1);
    }
  });

  it("leaves a table that is cut short alone", () => {
    const short = new Error(
      'IO Error: Could not read enough bytes from file "/data/x.parquet": attempted to read 8 bytes',
    );
    expect(systemFault(short, context)).toBeUndefined();
  });
});
