import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { quoteLiteral } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { fixtures, readPlainCsv, useBench } from "./support.js";

const bench = useBench();
const occurrences = join(fixtures, "occurrences.parquet");
const odd = join(fixtures, "odd.parquet");

describe("a Parquet file", () => {
  it.each(["records", "species", "presence", "mean", "sum", "min", "max", "median"] as const)(
    "of another writer gives the %s that pandas and math.fsum give",
    async (measure) => {
      const { cells, report } = await bench.lay(occurrences, { measure, value: "mass", species: "species" });
      const rows = readPlainCsv(join(fixtures, "cells.csv")).filter((row) => row[measure] !== "");
      expect(cells).toEqual(rows.map((row) => [Number(row["cell"]), Number(row[measure])]));
      expect(report.read).toBe(400);
    },
  );

  it("that DuckDB wrote gives what the CSV gives", async () => {
    const csv = join(fixtures, "occurrences.csv");
    for (const options of [
      "COMPRESSION zstd, ROW_GROUP_SIZE 100",
      "COMPRESSION snappy",
      "PARQUET_VERSION v2",
    ]) {
      const path = join(bench.folder, "copy [1].parquet");
      await bench.store.exec(
        `COPY (FROM read_csv(${quoteLiteral(csv)}, all_varchar = true)) TO ${quoteLiteral(path)} (FORMAT parquet, ${options})`,
      );
      for (const [measure, value] of [
        ["species", undefined],
        ["sum", "mass"],
      ] as const) {
        const settings = { measure, species: "species", ...(value && { value }) };
        const [fromCsv, fromParquet] = [await bench.lay(csv, settings), await bench.lay(path, settings)];
        expect(fromParquet).toEqual(fromCsv);
      }
    }
  });

  it("has its bad coordinates counted by reason and named by row", async () => {
    const { cells, report } = await bench.lay(odd, { x: "lon", y: "lat" });
    expect(cells).toEqual([[20 * 24 + 4, 1]]);
    expect(report).toEqual({
      read: 8,
      used: 1,
      skipped: {
        "coordinate missing": 2,
        "coordinate is not a number": 1,
        "latitude out of range": 1,
        "longitude out of range": 1,
        "both coordinates are zero": 1,
        "outside the grid": 1,
      },
      warnings: [
        "2 records left out: coordinate missing (first in row 2)",
        "1 record left out: coordinate is not a number (first in row 4)",
        "1 record left out: latitude out of range (first in row 6)",
        "1 record left out: longitude out of range (first in row 5)",
        "1 record left out: both coordinates are zero (first in row 7)",
      ],
    });
    const strict = await bench.refusal(odd, { x: "lon", y: "lat", strict: true });
    expect(strict.message).toBe(`${odd}: row 2: coordinate missing`);
  });

  it("may have coordinates as text, under a name that differs in case only from another", async () => {
    const { report } = await bench.lay(odd, { x: "LON", y: "text_lat" });
    expect(report).toMatchObject({
      used: 3,
      skipped: { "coordinate missing": 3, "coordinate is not a number": 2 },
    });
    const comma = await bench.refusal(odd, { x: "LON", y: "text_lat", decimal: "," });
    expect(comma.message).toContain("no record can be used");
  });

  it("may have names of any plain type", async () => {
    for (const [species, count] of [
      ["raw", 3],
      ["count", 3],
      ["flag", 2],
    ] as const) {
      const { cells } = await bench.lay(odd, { x: "LON", y: "text_lat", measure: "species", species });
      expect(cells, species).toEqual([[18 * 24 + 8, count]]);
    }
  });

  it.each([
    [{ x: "place", y: "lat" }, /"place" is of type STRUCT/],
    [{ x: "flag", y: "lat" }, /"flag" is of type BOOLEAN/],
    [{ x: "lon", y: "lat", measure: "mean", value: "place" }, /"place" is of type STRUCT/],
    [{ x: "lon", y: "lat", measure: "species", species: "place" }, /"place" is of type STRUCT/],
    [{ x: "longitude", y: "lat" }, /column "longitude" does not exist/],
    [{ x: "lOn", y: "lat" }, /columns 3 and 5 are both called "lon"/],
  ] as const)("is refused for %j", async (dataset, message) => {
    const error = await bench.refusal(odd, dataset);
    expect(error.kind).toBe("usage");
    expect(error.message).toMatch(message);
  });

  it("is known by its first bytes, not by its name", async () => {
    const { report } = await bench.lay(await bench.put("really.csv", readFileSync(occurrences)));
    expect(report.read).toBe(400);
    const text = await bench.refusal(await bench.put("text.parquet", "lon,lat\n7,46\n"));
    expect(text.message).toContain("not Parquet: it does not begin with PAR1");
    const packed = await bench.refusal(
      await bench.put("packed.parquet", gzipSync(readFileSync(occurrences))),
    );
    expect(packed.message).toContain("Parquet compressed with gzip");
  });

  it("is refused wherever it is cut, and whichever byte of its footer is wrong", async () => {
    const bytes = readFileSync(occurrences);
    for (const length of [4, 8, 11, 12, 100, bytes.length - 1000, bytes.length - 8, bytes.length - 1]) {
      const error = await bench.refusal(await bench.put("cut.parquet", bytes.subarray(0, length)));
      expect(error.kind).toBe("input");
      expect(error.message).toContain("cut.parquet");
    }
    for (let at = bytes.length - 300; at < bytes.length; at += 7) {
      const damaged = Buffer.from(bytes);
      damaged[at] = damaged[at]! ^ 0xff;
      const path = await bench.put("damaged.parquet", damaged);
      try {
        await bench.lay(path);
      } catch (error) {
        expect(error).toMatchObject({ name: "QuadratError", place: { file: path } });
        expect((error as Error).message).not.toMatch(/\n|LINE \d/);
      }
    }
  });
});
