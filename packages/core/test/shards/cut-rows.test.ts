import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutRows } from "../../src/shards/cut-rows.js";

describe("cutRows", () => {
  it("gives every row to one shard, and every shard a row", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }).chain((height) =>
          fc.record({
            height: fc.constant(height),
            shards: fc.integer({ min: 1, max: height }),
            bands: fc.array(fc.float({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 256 }),
            whole: fc.array(fc.float({ min: 0, max: 5000, noNaN: true }), { maxLength: 4 }),
          }),
        ),
        ({ height, shards, bands, whole }) => {
          const tables = whole.map((work, index) => ({ names: [`t${index}`, `u${index}`], work }));
          const cuts = cutRows(height, Float64Array.from(bands), shards, tables);
          expect(cuts.length).toBe(shards);
          let next = 0;
          for (const { rows } of cuts) {
            expect(rows[0]).toBe(next);
            expect(rows[1]).toBeGreaterThan(rows[0]);
            next = rows[1];
          }
          expect(next).toBe(height);
          const names = cuts.flatMap((cut) => cut.whole).sort();
          expect(names).toEqual(tables.flatMap((one) => one.names).sort());
          // Those that belong together are in one shard.
          for (const { names: together } of tables)
            expect(cuts.filter((cut) => cut.whole.some((name) => together.includes(name)))).toHaveLength(1);
        },
      ),
    );
  });

  it("evens out the work", () => {
    const bands = Float64Array.from({ length: 100 }, (_, band) => (band < 50 ? 1 : 9));
    const cuts = cutRows(1000, bands, 5);
    for (const { work } of cuts) expect(work).toBeCloseTo(100, -1);
    expect(cuts[0]!.rows).toEqual([0, 555]);
  });

  it("gives fewer rows to a shard that stages a table", () => {
    const bands = new Float64Array(100).fill(1);
    const cuts = cutRows(1000, bands, 4, [{ names: ["t"], work: 20 }]);
    expect(cuts.map(({ rows: [first, end] }) => end - first)).toEqual([100, 300, 300, 300]);
    const large = cutRows(1000, bands, 4, [{ names: ["t"], work: 1000 }]);
    expect(large.map(({ rows: [first, end] }) => end - first)).toEqual([1, 332, 334, 333]);
  });
});
