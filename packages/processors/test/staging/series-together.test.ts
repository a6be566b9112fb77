import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ColumnOverTime } from "../../src/staging/column-over-time.js";
import { readingsOf } from "../../src/staging/shared-reading.js";
import {
  stepsInTurn,
  stepsOf,
  together,
  type SeriesColumn,
  type TogetherMember,
} from "../../src/staging/series-together.js";

type Series = TogetherMember["series"];

const series = (
  files: readonly string[],
  groups: readonly (readonly number[])[],
  more: Partial<Series> = {},
): Series => ({
  files: files.map((path) => ({ path, crs: "EPSG:4326" })),
  groups: groups.map((pairs) => Int32Array.from(pairs)),
  ...{ statistic: "sum", complete: false, steps: 0, geometries: [0], blockLayers: 1 },
  open: () => Promise.reject(new Error("not opened here")),
  ...more,
});

const member = (own: Series, method: TogetherMember["method"] = "average"): TogetherMember => ({
  series: own,
  method,
  dataType: "float64",
});

/** Steps of a file dealt out to groups, each group in an order of its own. */
const dealt = fc
  .record({
    steps: fc.integer({ min: 1, max: 40 }),
    groups: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer(),
  })
  .map(({ steps, groups, seed }) => {
    const found = Array.from({ length: groups }, (): number[] => []);
    const random = (k: number): number => Math.abs(Math.imul(k + 1, 0x9e3779b1) ^ seed);
    for (let k = 0; k < steps; k++) {
      const group = found[random(k) % groups]!;
      if (random(k + 99) % 7 === 0) group.unshift(k % 2, k);
      else group.push(k % 2, k);
    }
    return found.filter((pairs) => pairs.length > 0);
  });

describe("columns that are made together", () => {
  it("read each step once, and keep the order of every group", () => {
    fc.assert(
      fc.property(dealt, fc.boolean(), (groups, deep) => {
        const more = { blockLayers: deep ? 4 : 1 };
        const single = groups.map((pairs) => member(series(["a", "b"], [pairs], more)));
        const nested = member(series(["a", "b"], groups, { ...more, then: "mean" }));
        const joint = together([...single, nested]);
        const given = joint.columns.map((column) => column.groups.map((): number[] => []));
        const reads: string[] = [];
        for (const { file, layer, users } of stepsInTurn(stepsOf(joint.shared))) {
          reads.push(`${file} ${layer}`);
          for (const { column, group } of users) given[column]![group]!.push(file, layer);
        }
        expect(given).toEqual([...groups.map((pairs) => [pairs]), groups]);
        if (deep) expect(new Set(reads).size).toBe(reads.length);
      }),
    );
  });

  it("read steps in the sequence of the files if blocks hold several", () => {
    const own = (pairs: readonly number[]) => member(series(["a"], [pairs], { blockLayers: 8 }));
    const { shared, atOnce } = together([own([0, 0, 0, 3]), own([0, 1, 0, 4]), own([0, 2, 0, 5])]);
    expect([...stepsInTurn(stepsOf(shared))].map(({ layer }) => layer)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(atOnce).toBe(3);
    // One year after the other: a single group is under way.
    const years = member(
      series(
        ["a"],
        [
          [0, 0, 0, 1],
          [0, 2, 0, 3],
        ],
        { blockLayers: 8, then: "mean" },
      ),
    );
    expect(together([years]).atOnce).toBe(1);
  });

  it("know a file by its path, wherever it stands in the list of a series", () => {
    const joint = together([
      member(series(["1990", "1991"], [[0, 7, 1, 7]], { blockLayers: 2 })),
      member(series(["1991"], [[0, 7]], { blockLayers: 2 }), "max"),
    ]);
    expect(joint.files.map(({ path }) => path)).toEqual(["1990", "1991"]);
    expect([...stepsInTurn(joint)].map(({ file, users }) => [file, users.length])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it("take the statistic of groups in their order, whichever is complete first", () => {
    const column: SeriesColumn = {
      groups: [Int32Array.of(0, 0, 0, 3), Int32Array.of(0, 1), Int32Array.of(0, 2)],
      ...{ statistic: "sum", then: "sum", complete: false, method: "average", dataType: "float64" },
    };
    // Sums of doubles whose order shows.
    const steps = [0.1, 1e16, -1e16, 0.7];
    const band = (value: number) => Float64Array.of(value);
    const inTurn = new ColumnOverTime(column, 1);
    for (const [group, step] of [
      [0, 0],
      [0, 3],
      [1, 1],
      [2, 2],
    ] as const)
      inTurn.add(group, band(steps[step]!));
    const mixed = new ColumnOverTime(column, 1);
    for (const [group, step] of [
      [0, 0],
      [2, 2],
      [1, 1],
      [0, 3],
    ] as const)
      mixed.add(group, band(steps[step]!));
    expect(mixed.finish()).toEqual(inTurn.finish());
  });
});

describe("readings", () => {
  const registry = { resamplings: new Map() };
  const dataset = (entry: string, own: Series | undefined, method = "average") => ({
    name: entry,
    config: {},
    source: { kind: "raster", raster: {}, series: own },
    origin: { entry },
    method,
  });
  const found = (datasets: readonly object[], limitBytes = 4 * 2 ** 30, size = 2) => {
    const context = { registry, memory: { limitBytes }, workers: { size } };
    return readingsOf(datasets as never, [...datasets.keys()], context as never);
  };

  it("join the groups of an entry whose blocks hold several steps, twelve at most", () => {
    const deep = Array.from({ length: 13 }, () =>
      dataset("tas", series(["a"], [[0, 0]], { blockLayers: 5 })),
    );
    expect(found(deep).map(({ length }) => length)).toEqual([12, 1]);
    expect(found([deep[0]!, { ...deep[1]!, origin: { entry: "pr" } }])).toEqual([[0], [1]]);
    const flat = Array.from({ length: 3 }, () => dataset("tas", series(["a"], [[0, 0]])));
    expect(found(flat)).toEqual([[0], [1], [2]]);
  });

  it("join the methods of the same steps", () => {
    const [one, two] = [series(["a"], [[0, 0]]), series(["a"], [[0, 1]])];
    const listed = [dataset("t", one), dataset("t", one, "max"), dataset("t", two), dataset("t", two, "max")];
    expect(found(listed)).toEqual([
      [0, 1],
      [2, 3],
    ]);
  });

  it("join the methods of the same pixels", () => {
    const of = (method: string, path: string, sequential = false) => ({
      ...dataset("r", undefined, method),
      config: { path },
      source: { kind: "raster", raster: { sequential } },
    });
    expect(found([of("average", "a"), of("near", "a"), of("average", "b"), of("fractions", "a")])).toEqual([
      [0, 1],
      [2],
      [3],
    ]);
    const many = ["average", "near", "stdev", "count", "variety"].map((method) => of(method, "a"));
    expect(found(many)).toEqual([[0, 1, 2, 3, 4]]);
    const pairs = [[0, 1], [2, 3], [4]];
    expect(found(many, 512e6)).toEqual(pairs);
    expect(found(many, 400e6, 1)).toEqual(pairs);
    expect(found(many, 400e6)).toEqual([[0], [1], [2], [3], [4]]);
    const inTurn = [of("average", "a", true), of("near", "a", true), of("stdev", "a", true)];
    expect(found(inTurn)).toEqual([[0, 2], [1]]);
  });
});
