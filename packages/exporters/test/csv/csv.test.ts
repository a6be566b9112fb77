import { spawnSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csv, csvExporter } from "../../src/csv/csv.js";
import { columnsOf, cuts } from "../support/arbitrary.js";
import { duckRows } from "../support/duckdb.js";
import { float32OfBits } from "../support/decimals.js";
import { has, pandas, rscript } from "../support/programs.js";
import { memoryTable, tableOf, wholeBatch } from "../support/tables.js";
import type { TestColumn, Value } from "../support/tables.js";
import { exportTo, threads } from "../support/write.js";

const plain = csvExporter({ compress: false });
const zipped = csvExporter({ compress: true });

async function textOf(columns: readonly TestColumn[]): Promise<string> {
  return (await exportTo(plain, memoryTable(columns), ".csv")).bytes.toString();
}

/** A wide-ranging table of more blocks than threads; numbers only, for any program to read. */
function largeTable(rows: number): TestColumn[] {
  let state = 42;
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
  const numbers = (next: (row: number) => Value): Value[] =>
    Array.from({ length: rows }, (_, row) => next(row));
  const nullable = (value: Value): Value => (random() % 5 === 0 ? null : value);
  return [
    { name: "x", type: new arrow.Float64(), values: numbers((row) => ((row % 700) * 10 - 3495) / 100) },
    {
      name: "y",
      type: new arrow.Float64(),
      values: numbers((row) => (8995 - Math.floor(row / 700) * 10) / 100),
    },
    {
      name: "f32",
      type: new arrow.Float32(),
      values: numbers(() => nullable(Math.fround((random() / 2 ** 32) * 900 - 100))),
    },
    {
      name: "bits",
      type: new arrow.Float32(),
      values: numbers(() => nullable(float32OfBits((random() >>> 1) % 0x7f800000))),
    },
    { name: "f64", type: new arrow.Float64(), values: numbers(() => nullable(random() / random())) },
    { name: "i16", type: new arrow.Int16(), values: numbers(() => nullable((random() >>> 16) - 32_768)) },
    {
      name: "i64",
      type: new arrow.Int64(),
      values: numbers(() => nullable(BigInt(random()) * BigInt(random() >>> 1) - 2n ** 62n)),
    },
  ];
}

describe("the text of CSV", () => {
  it("has a header quoted where it must be, and \\n", async () => {
    const names = ["x", 'a "b"', "c,d", "e\nf", "g\rh", " i", "j ", "k l", "🦥", ""];
    const columns = names.map((name) => ({ name, type: new arrow.Int8(), values: [1] }));
    expect(await textOf(columns)).toBe(
      'x,"a ""b""","c,d","e\nf","g\rh"," i","j ",k l,🦥,""\n1,1,1,1,1,1,1,1,1,1\n',
    );
  });

  it("leaves NULL and NaN empty, and keeps zero", async () => {
    const columns = [
      { name: "x", type: new arrow.Float64(), values: [0, NaN, null, -0] },
      { name: "y", type: new arrow.Float32(), values: [NaN, 0, null, Infinity] },
      { name: "n", type: new arrow.Int32(), values: [null, null, null, null] },
      { name: "t", type: new arrow.Utf8(), values: ["", null, " a", 'say "hi", then go'] },
    ];
    expect(await textOf(columns)).toBe('x,y,n,t\n0,,,""\n,0,,\n,,," a"\n0,Infinity,,"say ""hi"", then go"\n');
  });

  it("prints each number as its column's type", async () => {
    const value = 0.1;
    const columns = [
      { name: "f32", type: new arrow.Float32(), values: [value, 1 / 3, 16777217] },
      { name: "f64", type: new arrow.Float64(), values: [value, 1 / 3, 16777217] },
      {
        name: "f32 in f64",
        type: new arrow.Float64(),
        values: [Math.fround(value), Math.fround(1 / 3), 1e21],
      },
      { name: "i64", type: new arrow.Int64(), values: [2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n] },
      { name: "u64", type: new arrow.Uint64(), values: [0n, 2n ** 64n - 1n, 2n ** 53n + 1n] },
    ];
    expect(await textOf(columns)).toBe(
      "f32,f64,f32 in f64,i64,u64\n" +
        "0.1,0.1,0.10000000149011612,9007199254740993,0\n" +
        "0.33333334,0.3333333333333333,0.3333333432674408,-9223372036854775808,18446744073709551615\n" +
        "16777216,16777217,1e+21,9223372036854775807,9007199254740993\n",
    );
  });

  it("is a header alone when there are no rows", async () => {
    const columns = [{ name: "x", type: new arrow.Float64(), values: [] }];
    expect(await textOf(columns)).toBe("x\n");
    const { bytes } = await exportTo(zipped, memoryTable(columns), ".csv.gz");
    expect(gunzipSync(bytes).toString()).toBe("x\n");
  });

  it("names the column that it can't write", async () => {
    const columns = [{ name: "when", type: new arrow.DateDay(), values: [] }];
    await expect(textOf(columns)).rejects.toMatchObject({
      kind: "output",
      message: /csv exporter.*"when".*Date/,
    });
  });
});

describe("the bytes of CSV", () => {
  it("are the same for every cut of the table", async () => {
    await fc.assert(
      fc.asyncProperty(
        columnsOf(fc.integer({ min: 0, max: 900 })),
        fc.tuple(cuts, cuts),
        async (columns, [one, other]) => {
          for (const exporter of [plain, zipped]) {
            const first = await exportTo(exporter, memoryTable(columns, one), ".csv");
            const second = await exportTo(exporter, memoryTable(columns, other), ".csv");
            expect(second.bytes.equals(first.bytes)).toBe(true);
            expect(first.rows).toBe(columns[0]!.values.length);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("are the same for every number of threads and every batch size", async () => {
    const whole = wholeBatch(largeTable(70_000));
    for (const exporter of [plain, zipped]) {
      const first = await exportTo(exporter, tableOf(whole, [70_000]), ".csv", threads(1));
      expect(first.rows).toBe(70_000);
      for (const [count, size] of [
        [2, 100],
        [2, 77_777],
        [4, 16_384],
      ] as const) {
        const other = await exportTo(exporter, tableOf(whole, [size]), ".csv", threads(count));
        expect(other.bytes.equals(first.bytes)).toBe(true);
      }
    }
  });

  it("of gzip are members of the text, without time or system", async () => {
    const columns = largeTable(70_000);
    const text = await exportTo(plain, memoryTable(columns), ".csv");
    const { bytes, path } = await exportTo(zipped, memoryTable(columns), ".csv.gz");
    expect(gunzipSync(bytes).equals(text.bytes)).toBe(true);
    expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    expect(bytes.length).toBeLessThan(0.6 * text.bytes.length);
    const members = bytes.toString("latin1").split("\x1f\x8b\x08\0\0\0\0\0\0\xff").length - 1;
    expect(members).toBe(Math.ceil(70_000 / 16_384));
    if (has.gzip) expect(spawnSync("gzip", ["-t", path]).status).toBe(0);
  });
});

describe("CSV read by others", () => {
  const columns = largeTable(60_000);

  it("gives DuckDB the same values of the same types", async () => {
    for (const [exporter, extension] of [
      [plain, ".csv"],
      [zipped, ".csv.gz"],
    ] as const) {
      const { path } = await exportTo(exporter, memoryTable(columns), extension);
      const rows = await duckRows(
        `SELECT * FROM read_csv('${path}', header = true, columns = {x: DOUBLE, y: DOUBLE, f32: FLOAT, bits: FLOAT, f64: DOUBLE, i16: SMALLINT, i64: BIGINT})`,
      );
      expect(rows.length).toBe(60_000);
      columns.forEach(({ name, values }, i) => {
        const different = values.findIndex((value, row) => rows[row]![i] !== value);
        expect([name, different]).toEqual([name, -1]);
      });
    }
  });

  it("lets DuckDB find names and types by itself", async () => {
    const named = [
      { name: "x", type: new arrow.Float64(), values: [-179.95, -179.85] },
      { name: 'land "cover", 🦥', type: new arrow.Int32(), values: [null, 3] },
      { name: "two\nlines", type: new arrow.Float32(), values: [0.5, null] },
    ];
    const { path } = await exportTo(plain, memoryTable(named), ".csv");
    const described = await duckRows(
      `SELECT column_name, column_type FROM (DESCRIBE FROM read_csv('${path}'))`,
    );
    expect(described).toEqual([
      ["x", "DOUBLE"],
      ['land "cover", 🦥', "BIGINT"],
      ["two\nlines", "DOUBLE"],
    ]);
    expect(await duckRows(`FROM read_csv('${path}')`)).toEqual([
      [-179.95, null, 0.5],
      [-179.85, 3n, null],
    ]);
  });

  it.skipIf(!has.pandas)("gives pandas the same values", async () => {
    for (const [exporter, extension] of [
      [plain, ".csv"],
      [zipped, ".csv.gz"],
    ] as const) {
      const { path } = await exportTo(exporter, memoryTable(columns), extension);
      const script = `
import json, sys
import pandas
types = {"f32": "float32", "bits": "float32", "i16": "Int16", "i64": "str"} # pandas 1.5 reads Int64 with gaps through float64
table = pandas.read_csv(sys.argv[1], float_precision="round_trip", dtype=types)
print(json.dumps([[None if pandas.isna(v) else str(v) if name == "i64" else float(v) for v in table[name]] for name in table]))
`;
      const found = pandas(script, path) as unknown[][];
      columns.forEach(({ name, values }, i) => {
        const different = values.findIndex(
          (value, row) => found[i]![row] !== (typeof value === "bigint" ? String(value) : value),
        );
        expect([name, different]).toEqual([name, -1]);
      });
    }
  });

  it.skipIf(!has.r)("gives R the same values", async () => {
    const { path } = await exportTo(zipped, memoryTable(columns), ".csv.gz");
    const script = `t <- read.csv(commandArgs(TRUE)[1], colClasses = "numeric")
cat(nrow(t), sum(is.na(t$f32)), sprintf("%.17g", c(t$x[1:700], t$f64[1:700])))`;
    const [rows, nulls, ...found] = rscript(script, path).split(" ");
    expect(Number(rows)).toBe(60_000);
    expect(Number(nulls)).toBe(columns[2]!.values.filter((value) => value === null).length);
    const values = found.map((text) => (text === "NA" ? null : Number(text)));
    expect(values.slice(0, 700)).toEqual(columns[0]!.values.slice(0, 700));
    // R reads 17 digits to within the last bit.
    const ratios = columns[4]!.values
      .slice(0, 700)
      .map((value, i) => Math.abs(Number(value) - Number(values[700 + i])) / Number(value ?? 1));
    expect(Math.max(...ratios)).toBeLessThan(3e-16);
  });
});

describe("the csv exporter's definition", () => {
  it("names its file by its options", () => {
    const extension = csv.extension as (options: unknown) => string;
    expect(extension(csv.options!.parse({}))).toBe(".csv");
    expect(extension(csv.options!.parse({ compress: true }))).toBe(".csv.gz");
    expect(() => csv.options!.parse({ compres: true })).toThrow(/compres/);
    expect(() => csv.options!.parse({ level: 6 })).toThrow(/level/);
  });
});
