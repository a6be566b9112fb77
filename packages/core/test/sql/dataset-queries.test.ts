import { describe, expect, it } from "vitest";
import { bindDatasetQueries } from "../../src/sql/bind-queries.js";
import { parseDatasetQueries } from "../../src/sql/dataset-queries.js";
import type { DataType } from "../../src/raster/raster.js";

const files = ["elevation", "bio12", 'odd "name"; --', "runs"];

async function parse(queries: Readonly<Record<string, string>>) {
  return parseDatasetQueries(new Map(Object.entries(queries)), [...files, ...Object.keys(queries)]);
}

/** Parses all at once, each under its own text as its name. */
function together(texts: readonly string[]) {
  return parseDatasetQueries(new Map(texts.map((sql) => [sql, sql])), files);
}

it("is found what a query reads", async () => {
  const expected: [string, string[]][] = [
    [
      "SELECT cell, a.value / b.value AS value FROM elevation a JOIN bio12 b USING (cell)",
      ["elevation", "bio12"],
    ],
    ["FROM Elevation;", ["elevation"]],
    ['SELECT * FROM "odd ""name""; --"', ['odd "name"; --']],
    ["FROM staged.runs", ["runs"]],
    [
      "SELECT * FROM elevation WHERE cell IN (SELECT cell FROM bio12 WHERE value > 1)",
      ["elevation", "bio12"],
    ],
    ["SELECT cell, (SELECT avg(value) FROM bio12) AS value FROM elevation", ["elevation", "bio12"]],
    ["FROM elevation UNION ALL FROM bio12", ["elevation", "bio12"]],
    ["WITH high AS (FROM elevation WHERE value > 5) FROM high", ["elevation"]],
    ["WITH elevation AS (FROM elevation WHERE value > 5) FROM elevation", ["elevation"]],
    ["WITH a AS (FROM bio12), b AS (FROM a) SELECT * FROM b, grid", ["bio12"]],
    [
      "WITH RECURSIVE r AS (SELECT 0 AS cell UNION ALL SELECT cell + 1 FROM r WHERE cell < 3) SELECT cell, 1 AS value FROM r",
      [],
    ],
    ["SELECT range AS cell, 1 AS value FROM range(3)", []],
    ["SELECT cell, rank() OVER (ORDER BY value) AS value FROM elevation", ["elevation"]],
  ];
  const { ordered, faults } = await together(expected.map(([sql]) => sql));
  expect([...faults.values()]).toEqual([]);
  expect(ordered.map(({ name, reads }) => [name, reads])).toEqual(expected);
});

describe("a query is refused", () => {
  it("for what it is or names", async () => {
    const expected: [string, RegExp][] = [
      ["", /is empty/],
      ["SELECT 1; SELECT 2", /more than one statement/],
      ["DROP TABLE grid", /is not a SELECT/],
      ["COPY elevation TO 'x.csv'", /is not a SELECT/],
      ["SELEC 1", /can't be read: .*SELEC/],
      ["FROM elevatoin", /reads elevatoin, which is not a dataset; did you mean elevation\?/],
      ["FROM 'other.csv'", /reads other\.csv, which is not a dataset/],
      ["FROM main.runs", /reads main\.runs, which is not a dataset/],
      ["FROM dense.elevation", /reads dense\.elevation/],
      ["FROM other.staged.elevation", /reads other\.staged\.elevation/],
      ["SELECT * FROM read_csv('other.csv')", /calls read_csv/],
      ["SELECT * FROM glob('*')", /calls glob/],
      ["SELECT * FROM query('FROM elevation')", /calls query/],
      ["SELECT * FROM duckdb_settings()", /calls duckdb_settings/],
      ["SELECT cell, random() AS value FROM elevation", /calls random, whose result may differ/],
      ["SELECT cell, epoch(now()) AS value FROM elevation", /calls now/],
      ["SELECT cell, year(current_date) AS value FROM elevation", /calls current_date/],
      ["SELECT * FROM elevation USING SAMPLE 10%", /takes a sample/],
      ["SELECT cell, current_setting('threads')::INTEGER AS value FROM elevation", /calls current_setting/],
    ];
    const { ordered, faults } = await together(expected.map(([sql]) => sql));
    expect(ordered).toEqual([]);
    for (const [sql, message] of expected) {
      const fault = faults.get(sql)!;
      expect(`${fault.message}; ${fault.hint}`, sql).toMatch(message);
      expect(fault.place.key).toBe("sql");
    }
  });

  it("when it reads itself, through whatever others", async () => {
    const { ordered, faults } = await parse({
      a: "FROM c",
      fine: "FROM elevation",
      b: "FROM a",
      c: "FROM b JOIN fine USING (cell)",
      own: "FROM own",
    });
    expect(ordered.map(({ name }) => name)).toEqual(["fine"]);
    expect([...faults.keys()].sort()).toEqual(["a", "b", "c", "own"]);
    expect(faults.get("a")!.message).toContain("a -> c -> b -> a");
    expect(faults.get("own")!.message).toContain("own -> own");
  });
});

describe("queries", () => {
  it("come after what they read", async () => {
    const { ordered } = await parse({ last: "FROM middle", middle: "FROM first", first: "FROM bio12" });
    expect(ordered.map(({ name }) => name)).toEqual(["first", "middle", "last"]);
  });

  const types = new Map<string, DataType>([
    ["elevation", "float32"],
    ["bio12", "uint16"],
  ]);

  async function bind(queries: Readonly<Record<string, string>>, dtype?: DataType) {
    const { ordered, faults } = await parse(queries);
    expect([...faults.values()]).toEqual([]);
    return bindDatasetQueries(ordered, types, () => dtype);
  }

  it.each<[string, DataType]>([
    ["FROM elevation", "float32"],
    ["FROM bio12", "uint16"],
    ["SELECT cell, value / 2 AS value FROM bio12", "float64"],
    ["SELECT cell, value > 2 AS value FROM bio12", "uint8"],
    ["SELECT cell, sum(value) AS value FROM bio12 GROUP BY cell", "float64"],
    ["SELECT cell, 1.5 AS VALUE FROM bio12", "float64"],
  ])("have the type of their value: %s", async (sql, type) => {
    expect((await bind({ query: sql })).types.get("query")).toBe(type);
    expect((await bind({ query: sql }, "float32")).types.get("query")).toBe("float32");
  });

  it.each([
    ["SELECT cell, valeu AS value FROM bio12", /valeu.*not found/],
    ["SELECT cell FROM bio12", /returns no column value, only cell/],
    ["SELECT x AS cell, value FROM bio12", /returns a cell of type DOUBLE/],
    ["SELECT cell, 'a' AS value FROM bio12", /returns a value of type VARCHAR/],
    ["SELECT cell, value FROM bio12 WHERE value > $1", /has parameters/],
    ["SELECT cell, nosuch(value) AS value FROM bio12", /nosuch/],
  ])("are refused before any work: %s", async (sql, message) => {
    const { faults, types: found } = await bind({ query: sql, after: "FROM query" });
    expect(faults.get("query")!.message).toMatch(message);
    expect(faults.get("query")!.place.key).toBe("sql");
    expect([...faults.keys()]).toEqual(["query"]);
    expect(found.has("after")).toBe(false);
  });
});
