import { readFileSync } from "node:fs";
import { tableFromIPC as flechette } from "@uwdata/flechette";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrow as definition, arrowExporter } from "../../src/arrow/arrow.js";
import { columnsOf, cuts } from "../support/arbitrary.js";
import { has, pyarrow } from "../support/programs.js";
import { memoryTable, tableOf, wholeBatch } from "../support/tables.js";
import type { TestColumn, Value } from "../support/tables.js";
import { exportTo } from "../support/write.js";

const exporter = arrowExporter();

const manyRows = (rows: number): TestColumn[] => [
  { name: "x", type: new arrow.Float64(), values: Array.from({ length: rows }, (_, i) => i / 8) },
  {
    name: "n",
    type: new arrow.Float32(),
    values: Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : i % 100)),
  },
  {
    name: "t",
    type: new arrow.Utf8(),
    values: Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? null : `s${i}`)),
  },
];

describe("the Arrow file", () => {
  it("is read by two other readers, with the same values, and does not depend on the cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        columnsOf(fc.integer({ min: 0, max: 200 })),
        fc.tuple(cuts, cuts),
        async (columns, [one, other]) => {
          const { bytes, rows } = await exportTo(exporter, memoryTable(columns, one), ".arrow");
          expect(rows).toBe(columns[0]!.values.length);
          const again = await exportTo(exporter, memoryTable(columns, other), ".arrow");
          expect(again.bytes.equals(bytes)).toBe(true);

          const apache = arrow.tableFromIPC(bytes);
          expect(apache.schema.fields.map(({ name }) => name)).toEqual(columns.map(({ name }) => name));
          const independent = flechette(bytes, { useBigInt: true });
          expect(independent.names).toEqual(columns.map(({ name }) => name));
          columns.forEach(({ values, type }, i) => {
            expect(apache.schema.fields[i]!.type).toEqual(type);
            expect([...(apache.getChildAt(i) as Iterable<Value>)]).toEqual(values);
            expect([...(independent.getChildAt(i) as Iterable<unknown>)]).toEqual(values);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("has batches of 65,536 rows, and no validity where there are no nulls", async () => {
    const whole = wholeBatch(manyRows(140_000));
    const first = await exportTo(exporter, tableOf(whole, [140_000]), ".arrow");
    for (const size of [777, 77_777]) {
      const other = await exportTo(exporter, tableOf(whole, [size]), ".arrow");
      expect(other.bytes.equals(first.bytes)).toBe(true);
    }
    const { batches } = arrow.tableFromIPC(readFileSync(first.path));
    expect(batches.map(({ numRows }) => numRows)).toEqual([65_536, 65_536, 8_928]);
    expect(batches.map(({ data }) => data.children[0]!.nullBitmap?.length ?? 0)).toEqual([0, 0, 0]);
    const table = flechette(first.bytes);
    expect(table.numRows).toBe(140_000);
    expect(table.getChild("t").at(139_999)).toBe("s139999");
    expect(table.getChild("n").at(139_993)).toBe(null);
  });

  it("has smaller batches where there are very many columns", async () => {
    const columns = Array.from({ length: 300 }, (_, i) => ({
      name: `species ${i}`,
      type: new arrow.Uint8(),
      values: Array.from({ length: 9000 }, (_, row) => (row + i) % 200),
    }));
    const { bytes } = await exportTo(exporter, memoryTable(columns), ".arrow");
    expect(arrow.tableFromIPC(bytes).batches.map(({ numRows }) => numRows)).toEqual([8192, 808]);
  });

  it("is valid without rows", async () => {
    const columns = manyRows(0);
    const { bytes, rows } = await exportTo(exporter, memoryTable(columns), ".arrow");
    expect(rows).toBe(0);
    expect(arrow.tableFromIPC(bytes).schema.fields.map(({ name }) => name)).toEqual(["x", "n", "t"]);
    expect(flechette(bytes).numRows).toBe(0);
    expect(bytes.subarray(0, 6).toString()).toBe("ARROW1");
    expect(bytes.subarray(-6).toString()).toBe("ARROW1");
  });

  it.skipIf(!has.pyarrow)("is valid for pyarrow, values and bitmaps too", async () => {
    const { path } = await exportTo(exporter, memoryTable(manyRows(70_000)), ".arrow");
    const script = `
import json, sys
import pyarrow as pa
with pa.memory_map(sys.argv[1]) as source:
    file = pa.ipc.open_file(source)
    for i in range(file.num_record_batches):
        file.get_batch(i).validate(full=True)
    table = file.read_all()
print(json.dumps([file.num_record_batches, table.num_rows, [str(t) for t in table.schema.types],
  [table[c].null_count for c in table.column_names], table["x"][69999].as_py(), table["t"][69999].as_py()]))
`;
    expect(pyarrow(script, path)).toEqual([
      2,
      70_000,
      ["double", "float", "string"],
      [0, 10_000, 14_000],
      69_999 / 8,
      "s69999",
    ]);
  });

  it("takes no options", () => {
    expect(definition.extension).toBe(".arrow");
    expect(() => definition.options!.parse({ compression: "lz4" })).toThrow(/compression/);
  });
});
