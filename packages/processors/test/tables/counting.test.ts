import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Grid } from "@quadrat/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeRuns } from "../../src/tables/counting/merge-runs.js";
import { NameNumbers } from "../../src/tables/counting/name-numbers.js";
import { Run } from "../../src/tables/counting/run.js";
import { RunReader, SpilledRuns } from "../../src/tables/counting/spilled-runs.js";
import { useBench } from "./support.js";

type Pair = readonly [cell: number, name: number];

/** Counts in a way that can be seen to be right. */
function counted(pairs: readonly Pair[]): number[][] {
  const cells = new Map<number, { records: number; names: Set<number> }>();
  for (const [cell, name] of pairs) {
    const found = cells.get(cell) ?? { records: 0, names: new Set() };
    cells.set(cell, found);
    found.records++;
    if (name !== 0) found.names.add(name);
  }
  return [...cells]
    .sort(([one], [other]) => one - other)
    .map(([cell, { records, names }]) => [cell, records, names.size]);
}

async function countedInRuns(pairs: readonly Pair[], size: number, capacity: number): Promise<number[][]> {
  const folder = await mkdtemp(join(tmpdir(), "quadrat-runs-"));
  const spilled = new SpilledRuns(join(folder, "runs"), size);
  try {
    const run = new Run(capacity, size);
    for (const [cell, name] of pairs) {
      if (run.length === run.capacity) {
        run.sort();
        await spilled.write(run);
        run.clear();
      }
      run.add(cell, name);
    }
    run.sort();
    const rows: number[][] = [];
    for await (const { length, cells, records, names } of mergeRuns([
      ...spilled.readers(),
      RunReader.of(run),
    ])) {
      for (let at = 0; at < length; at++) rows.push([cells[at]!, records[at]!, names[at]!]);
    }
    return rows;
  } finally {
    await spilled.close();
    await rm(folder, { recursive: true });
  }
}

describe("counting records by cell and name", () => {
  const sizes = [10, 5000, 2 ** 22, 2 ** 32, 2 ** 33, 2 ** 50];

  it("gives each cell's records and different names, however few fit into memory", async () => {
    const pairs = fc.constantFrom(...sizes).chain((size) =>
      fc.record({
        size: fc.constant(size),
        pairs: fc.array(
          fc.tuple(
            fc.oneof(
              fc.integer({ min: 0, max: Math.min(size, 12) - 1 }),
              fc.integer({ min: 0, max: size - 1 }),
              fc.integer({ min: Math.max(0, size - 3), max: size - 1 }),
            ),
            fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
          ),
          { maxLength: 400 },
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(pairs, fc.integer({ min: 1, max: 500 }), async (given, capacity) => {
        expect(await countedInRuns(given.pairs, given.size, capacity)).toEqual(counted(given.pairs));
      }),
      { numRuns: 150 },
    );
  });

  it("reads runs that are longer than a block, and gives more cells than at once", async () => {
    const pairs = Array.from({ length: 200_000 }, (_, at): Pair => [(at * 7919) % 150_001, at % 3]);
    expect(await countedInRuns(pairs, 150_001, 30_000)).toEqual(counted(pairs));
  });
});

describe("the numbers of names", () => {
  const words = (...numbers: number[]): Uint32Array => Uint32Array.from(numbers);

  it("are the same for the same pair of hashes alone, and 0 without a name", () => {
    const numbers = new NameNumbers(2 ** 20);
    const one = words(1, 0, 1, 0, 2, 0, 1, 0, 0, 0, 0, 5);
    const other = words(9, 9, 9, 8, 9, 9, 9, 9, 0, 0, 0, 0);
    const found = [0, 1, 2, 3, 4, 5].map((index) => numbers.numberAt(one, other, index));
    expect(found).toEqual([1, 2, 3, 1, 0, 4]);
  });

  it("stay as they are when the table grows, and end when there is no room", () => {
    const numbers = new NameNumbers(2 ** 20);
    const hash = (index: number): Uint32Array => words(Math.imul(index, 0x9e3779b1) >>> 0, index);
    const count = 16_000;
    for (let index = 1; index <= count; index++)
      expect(numbers.numberAt(hash(index), hash(-index >>> 0), 0)).toBe(index);
    expect(numbers.numberAt(hash(77), hash(-77 >>> 0), 0)).toBe(77);
    let more = count;
    while (numbers.numberAt(hash(more), hash(-more >>> 0), 0) >= 0) more++;
    expect(more).toBeLessThan(17_000);
    expect(numbers.numberAt(hash(77), hash(-77 >>> 0), 0)).toBe(77);
  });
});

describe("a table of more records than a run holds", () => {
  const bench = useBench();
  const globe = new Grid({ crs: "EPSG:4326", resolution: [30, 30], bounds: [-180, -90, 180, 90] });

  it.each([
    ["records", { measure: "records" as const }, 1],
    ["species", { measure: "species" as const, species: "species" }, 7],
  ])("counts every record once: %s", async (kind, dataset, names) => {
    const count = 300_000;
    const path = join(bench.folder, `many-${kind}.parquet`);
    await bench.store.exec(
      `COPY (SELECT (i % 3) * 31.0 AS "decimalLongitude", 5.0 AS "decimalLatitude", 'name ' || (i % ${names}) AS species
       FROM range(${count}) AS r(i)) TO '${path}' (FORMAT parquet)`,
    );
    const { cells, report } = await bench.lay(path, dataset, { grid: globe, memoryBytes: 2 ** 20 });
    expect(report.used).toBe(count);
    const found = await bench.store.rows<{ n: number }>(
      `SELECT count(${kind === "records" ? "*" : "DISTINCT species"})::INTEGER AS n FROM '${path}' GROUP BY "decimalLongitude" ORDER BY "decimalLongitude"`,
    );
    expect(cells.map(([, value]) => value)).toEqual(found.map(({ n }) => n));
  });
});
