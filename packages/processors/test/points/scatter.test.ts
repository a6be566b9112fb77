import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { openScatter } from "../../src/points/scatter.js";

const folder = await mkdtemp(join(tmpdir(), "quadrat-scatter-"));
afterAll(() => rm(folder, { recursive: true }));

const valueOf = (row: number, column: number): number => 1000 * row + column;

it("takes values in the order of rows, however they came and wherever they waited", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 64, max: 20_000 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      fc.integer({ min: 1, max: 90 }),
      (rows, width, bytes, random, atOnce) => {
        const next = (): number => random.next().value as number;
        // Some rows get no values.
        const order = Array.from({ length: rows }, (_, row) => ({ row, key: next(), put: next() < 0.9 }))
          .filter(({ put }) => put)
          .sort((a, b) => a.key - b.key)
          .map(({ row }) => row);
        const scatter = openScatter({ rows, columns: width, bytes, path: join(folder, "values") });
        try {
          for (let from = 0; from < order.length; from += atOnce) {
            const some = order.slice(from, from + atOnce);
            // Arrays are longer than what is put.
            const at = Float64Array.from([...some, 7]);
            const columns = Array.from({ length: width }, (_, column) =>
              Float64Array.from([...some.map((row) => valueOf(row, column)), -1]),
            );
            scatter.put(some.length, at, columns);
          }
          const given = new Set(order);
          let reached = 0;
          for (const { first, count, columns } of scatter.take()) {
            expect(first).toBe(reached);
            for (let i = 0; i < count; i++)
              for (let column = 0; column < width; column++)
                expect(columns[column]![i]).toBe(given.has(first + i) ? valueOf(first + i, column) : NaN);
            reached += count;
          }
          expect(reached).toBe(rows);
        } finally {
          scatter.close();
        }
      },
    ),
    { numRuns: 60 },
  );
});
