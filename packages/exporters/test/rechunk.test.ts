import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rechunk } from "../src/rechunk.js";
import { columnsOf, cuts } from "./support/arbitrary.js";
import { inParts, schemaOf, wholeBatch } from "./support/tables.js";

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Everything that an exporter may see of a batch. */
function buffersOf(batch: arrow.RecordBatch): unknown {
  return batch.data.children.map(({ type, length, nullCount, values, valueOffsets, nullBitmap }) => ({
    type: type as unknown,
    length,
    nullCount,
    values: values as unknown,
    offsets: valueOffsets as unknown,
    validity: nullCount > 0 ? nullBitmap : undefined,
  }));
}

describe("rechunk", () => {
  it("gives batches of the size asked for, whatever the cut, with the same values", async () => {
    await fc.assert(
      fc.asyncProperty(
        columnsOf(fc.integer({ min: 0, max: 200 })),
        cuts,
        fc.integer({ min: 1, max: 90 }),
        async (columns, sizes, rows) => {
          const batches = await collect(
            rechunk(inParts(wholeBatch(columns), sizes), schemaOf(columns), rows),
          );
          const length = columns[0]!.values.length;
          const last = length % rows;
          const full = Math.floor(length / rows);
          expect(batches.map(({ numRows }) => numRows)).toEqual([
            ...Array.from({ length: full }, () => rows),
            ...(last > 0 ? [last] : []),
          ]);
          columns.forEach(({ values }, i) => {
            const found = batches.flatMap((batch) => [...(batch.getChildAt(i) as Iterable<unknown>)]);
            expect(found).toEqual(values);
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  it("gives the same buffers for any two cuts, even where nulls hide values", async () => {
    await fc.assert(
      fc.asyncProperty(
        columnsOf(fc.integer({ min: 1, max: 200 })),
        fc.tuple(cuts, cuts),
        fc.integer({ min: 1, max: 90 }),
        async (columns, [one, other], rows) => {
          const schema = schemaOf(columns);
          const whole = wholeBatch(columns);
          const first = await collect(rechunk(inParts(whole, one), schema, rows));
          hideValues(whole);
          const second = await collect(rechunk(inParts(whole, other), schema, rows));
          expect(second.map(buffersOf)).toEqual(first.map(buffersOf));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("gives the same values where many columns share a buffer, and takes it back with the batch", async () => {
    const columns = Array.from({ length: 70 }, (_, i) => ({
      name: `c${i}`,
      type: i % 2 === 0 ? new arrow.Float32() : new arrow.Float64(),
      values: Array.from({ length: 50 }, (_, row) => ((row + i) % 7 === 0 && i % 3 > 0 ? null : row * i)),
    }));
    const batches = await collect(rechunk(inParts(wholeBatch(columns), [7]), schemaOf(columns), 16));
    expect(batches.map(({ numRows }) => numRows)).toEqual([16, 16, 16, 2]);
    columns.forEach(({ values }, i) => {
      expect(batches.flatMap((batch) => [...(batch.getChildAt(i) as Iterable<unknown>)])).toEqual(values);
    });
    const buffers = new Set(batches[0]!.data.children.map(({ values }) => (values as Float64Array).buffer));
    expect(buffers.size).toBe(1);
  });

  it("owns its buffers, which are as long as their rows need", async () => {
    const columns = [
      { name: "x", type: new arrow.Float64(), values: [1, 2, 3, 4, 5] },
      { name: "y", type: new arrow.Float32(), values: [null, 2, 3, 4, 5] },
      { name: "t", type: new arrow.Utf8(), values: ["a", "", null, "é", "e"] },
    ];
    const batches = await collect(rechunk(inParts(wholeBatch(columns), [5]), schemaOf(columns), 3));
    const lengths = batches.map((batch) =>
      batch.data.children.map(({ values, valueOffsets, nullBitmap, nullCount }) => [
        (values as Float64Array).buffer.byteLength,
        (valueOffsets as Int32Array | undefined)?.buffer.byteLength,
        nullCount > 0 ? nullBitmap.buffer.byteLength : undefined,
      ]),
    );
    expect(lengths).toEqual([
      [
        [24, undefined, undefined],
        [12, undefined, 1],
        [1, 16, 1],
      ],
      [
        [16, undefined, undefined],
        [8, undefined, undefined],
        [3, 12, undefined],
      ],
    ]);
  });

  it("refuses a batch with other columns than the table says", async () => {
    const found = wholeBatch([{ name: "x", type: new arrow.Float64(), values: [1] }]);
    const wanted = schemaOf([{ name: "x", type: new arrow.Float32(), values: [] }]);
    await expect(collect(rechunk(inParts(found, [1]), wanted, 10))).rejects.toThrow(
      "a batch has columns of types Float64, but the table's are Float32",
    );
  });
});

/** Puts a value under every null, as a database may leave one there. */
function hideValues(batch: arrow.RecordBatch): void {
  for (const data of batch.data.children) {
    const values = data.values as Float64Array | BigInt64Array | Uint8Array;
    if (arrow.DataType.isUtf8(data.type)) continue;
    for (let row = 0; row < data.length; row++) {
      if (data.getValid(row)) continue;
      if (values instanceof BigInt64Array || values instanceof BigUint64Array) values[row] = 77n;
      else values[row] = 77;
    }
  }
}
