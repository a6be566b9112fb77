import { join } from "node:path";
import { Grid, type Store } from "@quadrat/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TableMeasure } from "../../src/tables/columns.js";
import { sqlGroups } from "../../src/tables/measures/measure-plan.js";
import { measurePlans } from "../../src/tables/measures/measures.js";
import { fixtures, readPlainCsv, useBench } from "./support.js";

const bench = useBench();
const table = join(fixtures, "occurrences.csv");

function expected(file: string, column: string): [number, number][] {
  return readPlainCsv(join(fixtures, file))
    .filter((row) => row[column] !== "")
    .map((row) => [Number(row["cell"]), Number(row[column])]);
}

const types = { records: "uint32", species: "uint32", presence: "uint8" } as const;

describe("measures", () => {
  it.each(["records", "species", "presence", "mean", "sum", "min", "max", "median"] as const)(
    "%s is that of pandas and math.fsum",
    async (measure) => {
      const { cells, report, dataType } = await bench.lay(table, {
        measure,
        value: "mass",
        species: "species",
      });
      expect(cells).toEqual(expected("cells.csv", measure));
      expect(dataType).toBe(measure in types ? types[measure as keyof typeof types] : "float64");
      expect(report.read).toBe(400);
      const left = Object.values(report.skipped).reduce((sum, count) => sum + count, 0);
      expect(report.used + left).toBe(400);
    },
  );

  it("are those of terra where points lie on edges", async () => {
    for (const measure of ["records", "species"] as const) {
      const { cells } = await bench.lay(table, { measure, species: "species" });
      expect(cells).toEqual(expected("cells_terra.csv", measure));
    }
  });

  it("are those of PROJ's points in another CRS", async () => {
    const grid = new Grid({
      crs: "EPSG:3035",
      resolution: [50_000, 50_000],
      bounds: [3.9e6, 2.4e6, 4.5e6, 3.1e6],
    });
    for (const measure of ["records", "species"] as const) {
      const { cells, report } = await bench.lay(table, { measure, species: "species" }, { grid });
      expect(cells).toEqual(expected("cells_3035.csv", measure));
      expect(report.skipped).toEqual({ "outside the grid": 400 - report.used });
    }
  });

  it("have the types that columns of counts and values have", async () => {
    for (const [measure, type] of [
      ["records", "UINTEGER"],
      ["species", "UINTEGER"],
      ["presence", "UTINYINT"],
      ["mean", "DOUBLE"],
      ["median", "DOUBLE"],
    ] as const) {
      await bench.lay(table, { measure, value: "mass", species: "species" });
      const described = await bench.store.rows("SELECT column_name, column_type FROM (DESCRIBE points)");
      expect(described).toEqual([
        { column_name: "cell", column_type: "BIGINT" },
        { column_name: "value", column_type: type },
      ]);
    }
  });
});

/** A number as a whole multiple of 2^-1074. */
function toInteger(value: number): bigint {
  const bits = new BigUint64Array(Float64Array.of(Math.abs(value)).buffer)[0]!;
  const exponent = bits >> 52n;
  const fraction = bits & ((1n << 52n) - 1n);
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return value < 0 ? -size : size;
}

/** What a measure makes of lists of values, one list a cell; every list is split into three pieces. */
async function measureLists(measure: TableMeasure, lists: readonly (readonly number[])[]): Promise<number[]> {
  const plan = measurePlans[measure];
  const rows = lists.flatMap((list, cell) =>
    list.map((value, index) => `(${cell}, ${index % 3}, '${String(value)}'::DOUBLE)`),
  );
  await bench.store.exec(
    `CREATE OR REPLACE TABLE lists AS FROM (VALUES ${rows.join(", ")}) t(cell, piece, v)`,
  );
  const pieces = [0, 1, 2].map((piece) => sqlGroups(plan, `(SELECT * FROM lists WHERE piece = ${piece})`));
  const found = await bench.store.rows<{ value: number }>(
    `SELECT value FROM (${plan.finish(`(${pieces.join(" UNION ALL ")})`)}) ORDER BY cell`,
  );
  return found.map(({ value }) => value);
}

describe("sums", () => {
  const like = fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((value) => Math.abs(value) > 1e-3);
  const any = fc
    .double({ min: -1e290, max: 1e290, noNaN: true })
    .filter((value) => Math.abs(value) > 1e-270 || value === 0);
  const sizes = fc
    .tuple(fc.integer({ min: -200, max: 200 }), like)
    .map(([power, value]) => value * 10 ** power);
  const cells = fc.array(
    fc.oneof(...[like, any, sizes].map((value) => fc.array(value, { minLength: 1, maxLength: 100 }))),
    { minLength: 20, maxLength: 20 },
  );

  it("are the double nearest to the exact sum", async () => {
    await fc.assert(
      fc.asyncProperty(cells, async (lists) => {
        const sums = await measureLists("sum", lists);
        lists.forEach((list, index) => {
          const found = sums[index]!;
          const exact = list.map(toInteger).reduce((sum, value) => sum + value, 0n);
          const error = toInteger(found) - exact;
          const ulp = toInteger(nextUp(Math.abs(found))) - toInteger(Math.abs(found));
          // A tie may go the wrong way when what decides it is 2^-40 of a last place.
          expect(2n * (error < 0n ? -error : error) <= ulp + (ulp >> 40n), list.join(" ")).toBe(true);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("keep what cancels out", async () => {
    const lists = [
      [1e16, 1, -1e16],
      [1e100, 1, -1e100, 1e-20],
      [0.1, 0.2, -0.3],
    ];
    expect(await measureLists("sum", lists)).toEqual([1, 1, 2 ** -55]);
  });

  it("and all other measures have no negative zero", async () => {
    const path = await bench.put("zero.csv", "x,y,v\n6,46,-0.0\n6,46,0\n6,46,-0\n");
    for (const measure of ["sum", "mean", "min", "max", "median"] as const) {
      const { cells: found } = await bench.lay(path, { x: "x", y: "y", measure, value: "v" });
      expect(Object.is(found[0]![1], 0), measure).toBe(true);
    }
  });
});

describe("medians", () => {
  it("are those of sorted lists", async () => {
    const lists = fc.sample(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 40 }), {
      numRuns: 300,
      seed: 3,
    });
    const medians = lists.map((list) => {
      const sorted = list.toSorted((a, b) => a - b);
      return (sorted[(list.length - 1) >> 1]! + sorted[list.length >> 1]!) / 2 + 0;
    });
    expect(await measureLists("median", lists)).toEqual(medians);
  });
});

function nextUp(value: number): number {
  const bits = new BigUint64Array(Float64Array.of(value).buffer);
  bits[0] = bits[0]! + 1n;
  return new Float64Array(bits.buffer)[0]!;
}

describe("the order of the records and the number of threads", () => {
  it("change no bit of the table", async () => {
    const grid = new Grid({ crs: "EPSG:4326", resolution: [1, 1], bounds: [0, 0, 20, 10] });
    const records = fc.sample(
      fc.tuple(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 100 }),
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.nat({ max: 9 }),
      ),
      { numRuns: 5000, seed: 11 },
    );
    const lines = records.map(([x, y, value, name]) => `${x / 10},${y / 10},${value},name ${name}\n`);
    const content = (list: readonly string[]): string => `x,y,v,species\n${list.join("")}`;
    const half = lines.length >> 1;
    const orders = [
      lines,
      lines.toReversed(),
      [...lines.slice(half), ...lines.slice(0, half)],
      lines.toSorted(),
    ];
    const paths = await Promise.all(
      orders.map((list, index) => bench.put(`order${index}.csv`, content(list))),
    );
    paths.push(await bench.put("quoted.csv", content(lines).replace("x,y", '"x","y"')));
    for (const measure of ["records", "species", "mean", "sum", "min", "max", "median"] as const) {
      const hashes = new Set<string>();
      for (const [index, path] of paths.entries()) {
        await bench.store.configure({ threads: 1 + (index % 3) });
        await bench.lay(path, { x: "x", y: "y", measure, value: "v", species: "species" }, { grid });
        const [row] = await bench.store.rows<{ hash: string }>(
          "SELECT md5(string_agg(cell || ' ' || md5(value::VARCHAR) || ' ' || hash(value), ',' ORDER BY rowid)) AS hash FROM points",
        );
        hashes.add(row!.hash);
      }
      expect(hashes.size, measure).toBe(1);
      const [disorder] = await bench.store.rows<{ n: bigint }>(
        "SELECT count(*) AS n FROM (SELECT cell, lag(cell) OVER (ORDER BY rowid) AS previous FROM points) WHERE cell <= previous",
      );
      expect(disorder!.n).toBe(0n);
    }
  });
});

describe("more cells than are made at once", () => {
  const grid = new Grid({ crs: "EPSG:4326", resolution: [0.01, 0.01], bounds: [0, 0, 20, 10] });
  const count = 150_000;

  /** The records of the test: the value of one in a cell, some cells with two records. */
  const records = Array.from({ length: count }, (_, index) => {
    const cell = (index * 7919) % (grid.size - 1);
    return { cell, value: ((index * 31) % 1000) / 8, name: index % 5 };
  });

  const expected = (measure: TableMeasure): Map<number, number> => {
    const groups = new Map<number, { value: number; name: number }[]>();
    for (const { cell, ...record } of records) groups.set(cell, [...(groups.get(cell) ?? []), record]);
    const cells = [...groups].toSorted((a, b) => a[0] - b[0]);
    const sum = (list: { value: number }[]): number => list.reduce((total, { value }) => total + value, 0);
    return new Map(
      cells.map(([cell, list]) => [
        cell,
        measure === "records"
          ? list.length
          : measure === "species"
            ? new Set(list.map(({ name }) => name)).size
            : sum(list),
      ]),
    );
  };

  const put = (): Promise<string> => {
    const lines = records.map(({ cell, value, name }) => {
      const [col, row] = [cell % grid.width, Math.floor(cell / grid.width)];
      return `${(col * 2 + 1) / 200},${10 - (row * 2 + 1) / 200},${value},name ${name}`;
    });
    return bench.put("cells.csv", `x,y,v,species\n${lines.join("\n")}\n`);
  };

  it.each(["records", "species", "sum"] as const)("%s", async (measure) => {
    const { cells } = await bench.lay(
      await put(),
      { x: "x", y: "y", measure, value: "v", species: "species" },
      { grid },
    );
    expect(new Map(cells)).toEqual(expected(measure));
    expect(cells.every(([cell], index) => index === 0 || cell > cells[index - 1]![0])).toBe(true);
  });

  it("are the same when their groups do not fit into memory", async () => {
    const path = await put();
    const small = new Proxy(bench.store, {
      get(store, key: keyof Store) {
        if (key === "path") return store.path;
        if (key !== "exec") return (store[key] as () => unknown).bind(store);
        return (sql: string): Promise<number> =>
          /^INSERT INTO \S*"groups"/.test(sql)
            ? Promise.reject(new Error("Out of Memory Error: failed to pin block of size 256.0 KiB"))
            : store.exec(sql);
      },
    });
    for (const measure of ["records", "sum", "median", "max"] as const) {
      const settings = { x: "x", y: "y", measure, value: "v" } as const;
      const { cells } = await bench.lay(path, settings, { grid, store: small });
      expect(cells).toEqual((await bench.lay(path, settings, { grid })).cells);
    }
  });
});

describe("values near the largest double", () => {
  it("have a mean and a median, and a sum that is refused rather than infinite", async () => {
    const path = await bench.put(
      "largest.csv",
      "lon,lat,v\n7,46,1.7e308\n7,46,1.7e308\n7,46,1.6e308\n7,46,1.6e308\n",
    );
    const values = { x: "lon", y: "lat", value: "v" };
    const mean = await bench.lay(path, { ...values, measure: "mean" });
    // Python: float((2 * Fraction(1.7e308) + 2 * Fraction(1.6e308)) / 4)
    expect(mean.cells.map(([, value]) => value)).toEqual([1.6499999999999999e308]);
    const median = await bench.lay(path, { ...values, measure: "median" });
    expect(median.cells).toEqual(mean.cells);
    const error = await bench.refusal(path, { ...values, measure: "sum" });
    expect(error.message).toMatch(/the sum of cell \d+ is beyond the range of a double/);
  });
});
