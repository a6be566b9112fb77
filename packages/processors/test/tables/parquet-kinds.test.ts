import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Grid, quoteLiteral } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { useBench } from "./support.js";

const bench = useBench();
const globe = new Grid({ crs: "EPSG:4326", resolution: [10, 10], bounds: [-180, -90, 180, 90] });
/** The cell of 10 to 20 degrees east and 40 to 50 degrees north. */
const cell = 4 * 36 + 19;
const place = '10.5 AS "decimalLongitude", 40.5 AS "decimalLatitude"';

async function write(name: string, query: string, geo?: object | string): Promise<string> {
  const path = join(bench.folder, name);
  const text = typeof geo === "string" ? geo : JSON.stringify(geo);
  const metadata = geo === undefined ? "" : `, KV_METADATA {geo: ${quoteLiteral(text)}}`;
  await bench.store.exec(`COPY (${query}) TO ${quoteLiteral(path)} (FORMAT parquet${metadata})`);
  return path;
}

const lay = (path: string, dataset: Parameters<typeof bench.lay>[1] = {}): ReturnType<typeof bench.lay> =>
  bench.lay(path, dataset, { grid: globe });
const refusal = (
  path: string,
  dataset: Parameters<typeof bench.lay>[1] = {},
): ReturnType<typeof bench.refusal> => bench.refusal(path, dataset, { grid: globe });

describe("columns of a Parquet file", () => {
  it("may be fields of structs, by their names with dots between", async () => {
    const path = await write(
      "struct.parquet",
      `SELECT {decimalLongitude: 10.5, decimalLatitude: 40.5, more: {depth: i, "odd.name": 1}} AS interpreted,
         {decimalLongitude: 100.0} AS original, -1 AS "interpreted.depth" FROM range(3) AS t(i)`,
    );
    const [x, y] = ["interpreted.decimalLongitude", "INTERPRETED.decimallatitude"];
    expect((await lay(path, { x, y })).cells).toEqual([[cell, 3]]);
    const depth = await lay(path, { x, y, measure: "sum", value: "interpreted.more.depth" });
    expect(depth.cells).toEqual([[cell, 3]]);
    const plain = await lay(path, { x, y, measure: "sum", value: "interpreted.depth" });
    expect(plain.cells).toEqual([[cell, -3]]);
    const error = await refusal(path, { x: "interpreted.decimalLongitud", y });
    expect(error.hint).toContain('did you mean "interpreted.decimalLongitude"');
  });

  it("may be called as DuckDB's own number of the row is", async () => {
    const path = await write(
      "numbered.parquet",
      `SELECT ${place}, 7 AS file_row_number UNION ALL SELECT NULL, 40.5, 8`,
    );
    const { cells, report } = await lay(path, { measure: "sum", value: "file_row_number" });
    expect(cells).toEqual([[cell, 7]]);
    expect(report.warnings).toEqual(["1 record left out: coordinate missing (first in row 2)"]);
  });

  it.each([
    ["boolean", "i < 3", "mean", 0.75],
    ["boolean", "i < 3", "sum", 3],
    ["decimal", "(i + 0.1)::DECIMAL(38, 20)", "sum", 6.4],
    ["enum", "(i::VARCHAR)::ENUM('0', '1', '2', '3')", "sum", 6],
    ["unsigned", "i::UBIGINT", "max", 3],
    // pandas: (s - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
    ["date", "DATE '2020-01-01' + i::INTEGER", "min", 18262],
    ["date", "DATE '2020-01-01' + i::INTEGER", "mean", 18263.5],
    ["date before 1970", "DATE '1969-12-31' - i::INTEGER", "max", -1],
    ["timestamp", "TIMESTAMP '2020-01-01 12:00:00' + to_days(i::INTEGER)", "min", 18262.5],
    ["nanoseconds", "TIMESTAMP_NS '2020-01-01 18:00:00'", "max", 18262.75],
    ["zoned", "TIMESTAMPTZ '2020-01-01 12:00:00+06'", "max", 18262.25],
  ] as const)("of the type %s (%s) give the %s that pandas gives", async (_, column, measure, expected) => {
    const path = await write("typed.parquet", `SELECT ${place}, ${column} AS v FROM range(4) AS t(i)`);
    const { cells } = await lay(path, { measure, value: "v" });
    expect(cells).toEqual([[cell, expected]]);
  });

  it("leave out dates and truths that are NULL, and dates that are infinite", async () => {
    const path = await write(
      "null-dates.parquet",
      `SELECT ${place}, d, b FROM (VALUES (DATE '1970-01-03', true), (NULL, NULL), (DATE 'infinity', false)) AS t(d, b)`,
    );
    const dates = await lay(path, { measure: "mean", value: "d" });
    expect(dates.cells).toEqual([[cell, 2]]);
    expect(dates.report.skipped).toEqual({ "value missing": 2 });
    expect((await lay(path, { measure: "mean", value: "b" })).cells).toEqual([[cell, 0.5]]);
  });

  it.each([
    ["[1.5::DOUBLE]", "DOUBLE\\[\\]"],
    ["{a: 1}", "STRUCT"],
    ["MAP {'a': 1}", "MAP"],
    ["TIME '12:00:00'", "TIME"],
    ["uuid()", "UUID"],
    ["INTERVAL 1 DAY", "INTERVAL"],
  ])("that are %s are refused by their type", async (column, type) => {
    const path = await write("untaken.parquet", `SELECT ${place}, ${column} AS v`);
    const error = await refusal(path, { measure: "mean", value: "v" });
    expect(error.kind).toBe("usage");
    expect(error.message).toMatch(new RegExp(`column "v" is of type ${type}.*, not a number`));
  });

  it("that are dates or truths are refused as coordinates", async () => {
    const path = await write("places.parquet", "SELECT DATE '2020-01-01' AS d, true AS b, 1.5 AS y");
    for (const x of ["d", "b"])
      expect((await refusal(path, { x, y: "y" })).message).toContain("not a number");
  });

  it("tell keys beyond 2^53 apart, and say where values are rounded", async () => {
    const path = await write(
      "wide.parquet",
      `SELECT ${place}, 9007199254740992 + i AS k FROM range(4) AS t(i)
       UNION ALL SELECT ${place}, -9223372036854775807 - 1`,
    );
    expect((await lay(path, { measure: "species", species: "k" })).cells).toEqual([[cell, 5]]);
    const value = {
      measure: "max",
      value: "k",
      nodataValues: { x: [], y: [], value: [-(2 ** 63)] },
    } as const;
    const { cells, report } = await lay(path, value);
    // The nearest double of 2^53 + 3, of two the even one.
    expect(cells).toEqual([[cell, 9007199254740996]]);
    expect(report.warnings).toEqual([
      '3 whole numbers of column "k" are beyond 2^53 and are rounded to the nearest double',
    ]);
  });

  it("count a key once, be it whole, decimal or a float because others are missing", async () => {
    const path = await write(
      "keys.parquet",
      `SELECT ${place}, k, k::FLOAT AS f FROM (VALUES (0.0::DOUBLE), ('-0.0'::DOUBLE), (1.0), (NULL), ('nan'::DOUBLE)) AS t(k)`,
    );
    for (const species of ["k", "f"]) {
      expect((await lay(path, { measure: "species", species })).cells).toEqual([[cell, 2]]);
    }
  });
});

describe("points of GeoParquet", () => {
  const hex = (type: number, numbers: readonly number[], big = false, srid?: number): string => {
    const bytes = Buffer.alloc(5 + (srid === undefined ? 0 : 4) + 8 * numbers.length);
    bytes[0] = big ? 0 : 1;
    let at = big ? bytes.writeUInt32BE(type, 1) : bytes.writeUInt32LE(type, 1);
    if (srid !== undefined) at = bytes.writeUInt32LE(srid, at);
    for (const number of numbers)
      at = big ? bytes.writeDoubleBE(number, at) : bytes.writeDoubleLE(number, at);
    return `from_hex('${bytes.toString("hex")}')`;
  };
  const rows = (...geometries: readonly string[]): string =>
    `SELECT * FROM (VALUES ${geometries.map((one) => `(${one})`).join(", ")}) AS t(geometry)`;
  const geo = (column: object): object => ({
    version: "1.1.0",
    primary_column: "geometry",
    columns: { geometry: { encoding: "WKB", geometry_types: [], ...column } },
  });
  const point = hex(1, [10.5, 40.5]);

  it("are read in every way that bytes of a point can be written", async () => {
    const path = await write(
      "wkb.parquet",
      rows(
        point,
        hex(1, [11.5, 40.5], true),
        hex(1001, [12.5, 40.5, 9]),
        hex(2001, [13.5, 40.5, 9], true),
        hex(3001, [14.5, 40.5, 9, 9]),
        hex(0x80000001, [15.5, 40.5, 9]),
        hex(0x20000001, [16.5, 40.5], false, 4326),
        hex(1, [NaN, NaN]),
        "NULL",
        hex(1, [19.999999999999996, 40.5]),
        hex(1, [20, 40.5]),
      ),
      geo({}),
    );
    const { cells, report } = await lay(path);
    expect(cells).toEqual([
      [cell, 8],
      [cell + 1, 1],
    ]);
    expect(report).toMatchObject({ read: 11, used: 9, skipped: { "coordinate missing": 2 } });
    expect(report.warnings).toEqual(["2 records left out: coordinate missing (first in row 8)"]);
  });

  it("may be structs or lists of numbers", async () => {
    const struct = await write(
      "point.parquet",
      rows("{x: 10.5::DOUBLE, y: 40.5::DOUBLE}", "NULL", "{x: 'nan'::DOUBLE, y: 'nan'::DOUBLE}"),
      geo({ encoding: "point" }),
    );
    const list = await write(
      "list.parquet",
      rows("[10.5::DOUBLE, 40.5]", "NULL", "[]"),
      geo({ encoding: "point", geometry_types: ["Point"] }),
    );
    for (const path of [struct, list]) {
      const { cells, report } = await lay(path);
      expect(cells).toEqual([[cell, 1]]);
      expect(report.skipped).toEqual({ "coordinate missing": 2 });
    }
  });

  it("may be of Parquet's own type, in the CRS that it names", async () => {
    const path = join(bench.folder, "native.parquet");
    await bench.store.exec(
      `COPY (SELECT ST_SetCRS('POINT (4321000 3210000)'::GEOMETRY, 'EPSG:3035') AS geometry)
       TO ${quoteLiteral(path)} (FORMAT parquet, GEOPARQUET_VERSION 'NONE')`,
    );
    expect((await lay(path)).cells).toEqual([[3 * 36 + 19, 1]]);
  });

  it("lie in the CRS of the metadata unless the configuration gives one", async () => {
    const laea = rows(hex(1, [4321000, 3210000]));
    const id = { authority: "EPSG", code: 3035 };
    const known = await write("laea.parquet", laea, geo({ crs: { type: "ProjectedCRS", name: "LAEA", id } }));
    // The centre of ETRS89-LAEA is 10 E 52 N.
    expect((await lay(known)).cells).toEqual([[3 * 36 + 19, 1]]);
    const overruled = await refusal(known, { crs: "EPSG:4326" });
    expect(overruled.message).toContain("no record can be used");

    const unknown = await write("unknown.parquet", rows(point), geo({ crs: null }));
    expect((await refusal(unknown)).message).toContain('the CRS of column "geometry" is marked as unknown');
    expect((await lay(unknown, { crs: "EPSG:4326" })).cells).toEqual([[cell, 1]]);
    const strange = geo({ crs: { type: "ProjectedCRS", name: "Mars", id: { authority: "IAU", code: 1 } } });
    const error = await refusal(await write("mars.parquet", rows(point), strange));
    expect(error.message).toContain("mars.parquet");
  });

  it("are found by the primary column, and by the columns x and y where there are such", async () => {
    const two = {
      version: "1.0.0",
      primary_column: "place",
      columns: { geometry: { encoding: "WKB" }, place: { encoding: "WKB" } },
    };
    const query = `SELECT ${hex(1, [100, 1])} AS geometry, ${point} AS place`;
    expect((await lay(await write("two.parquet", query, two))).cells).toEqual([[cell, 1]]);
    const both = `SELECT ${hex(1, [100, 1])} AS geometry, 10.5 AS x, 40.5 AS y, 'a' AS name`;
    const path = await write("both.parquet", both, geo({ crs: null }));
    expect((await lay(path, { x: "x", y: "y" })).cells).toEqual([[cell, 1]]);
    expect((await refusal(path, { x: "lon", y: "lat" })).message).toContain('column "lon" does not exist');
  });

  it("leave other columns as they are", async () => {
    const path = await write(
      "named.parquet",
      `SELECT ${point} AS geometry, 'Aus aus'::BLOB AS raw, 'Bus bus' AS species, 3 AS v`,
      geo({}),
    );
    expect((await lay(path, { measure: "sum", value: "v" })).cells).toEqual([[cell, 3]]);
    for (const species of ["raw", "species"]) {
      expect((await lay(path, { measure: "species", species })).cells).toEqual([[cell, 1]]);
    }
  });

  it("may stand beside metadata that DuckDB refuses", async () => {
    const early = {
      schema_version: "0.1.0",
      primary_column: "geometry",
      columns: { geometry: { crs: "EPSG:4326" } },
    };
    expect((await lay(await write("early.parquet", rows(point), early))).cells).toEqual([[cell, 1]]);
    const broken = await write("broken.parquet", `SELECT ${point} AS geometry, ${place}`, "{broken");
    expect((await lay(broken)).cells).toEqual([[cell, 1]]);
    const alone = await refusal(await write("broken.parquet", rows(point), "{broken"));
    expect(alone.message).toContain("the metadata of GeoParquet, `geo`, can't be read");
  });

  it("are refused by name where they are other geometries, or not geometries at all", async () => {
    const line = hex(2, [0, 0]);
    const told = await refusal(
      await write("line.parquet", rows(point), geo({ geometry_types: ["LineString"] })),
    );
    expect(told.message).toContain('column "geometry" holds LineString, not points');
    const native = await refusal(
      await write("line.parquet", rows("[[1.5]]"), geo({ encoding: "linestring" })),
    );
    expect(native.message).toContain('"linestring"');
    const multi = `ST_AsWKB('MULTIPOINT (10 40, 11 41)'::GEOMETRY)`;
    for (const other of [multi, `ST_AsWKB('POLYGON ((0 0, 1 0, 1 1, 0 0))'::GEOMETRY)`]) {
      const untold = await refusal(await write("mixed.parquet", rows(point, other), geo({})));
      expect(untold.kind).toBe("input");
      expect(untold.message).toMatch(
        /mixed\.parquet: column "geometry" holds not only points but also a (MULTI|POLY)/,
      );
    }
    expect((await refusal(await write("cut.parquet", rows(point, line), geo({})))).kind).toBe("input");
    const none = await refusal(await write("none.parquet", "SELECT 1 AS v"));
    expect(none.message).toContain('column "decimalLongitude" does not exist');
  });

  it.each([
    ["cut short", `${point.slice(0, -8)}')`, 18],
    ["cut short in the middle of its kind", "from_hex('0101')", 2],
    ["without a byte", "''::BLOB", 0],
    ["of an unknown kind", point.replace("0101", "0163"), 21],
    ["followed by more", point.replace("')", "00')"), 22],
  ])("are refused with the column and the row where one is %s", async (_what, damaged, bytes) => {
    const path = await write("damaged.parquet", rows(point, "NULL", damaged, point, damaged), geo({}));
    const error = await refusal(path);
    expect(error.kind).toBe("input");
    expect(error.message).toBe(
      `${path}: row 3: column "geometry" holds a geometry that is cut short or damaged (${bytes} bytes of WKB)`,
    );
    expect(error.hint).toContain("write the file again");
    expect(error.place?.file).toBe(path);
  });

  it("are refused with the first file that has a damaged one, also where the extent is looked for", async () => {
    await write("parts-1.parquet", rows(point), geo({}));
    const second = await write("parts-2.parquet", rows(point, "from_hex('01')"), geo({}));
    await write("parts-3.parquet", rows("from_hex('01')"), geo({}));
    const error = await refusal(join(bench.folder, "parts-*.parquet"), { crs: "EPSG:4267" });
    expect(error.message).toContain(`${second}: row 2: column "geometry" holds a geometry that is cut short`);
  });

  it("are refused with the column where Parquet's own type holds a damaged one", async () => {
    const path = join(bench.folder, "native-damaged.parquet");
    await bench.store.exec(
      `COPY (SELECT 'POINT (10.5 40.5)'::GEOMETRY AS geometry)
       TO ${quoteLiteral(path)} (FORMAT parquet, GEOPARQUET_VERSION 'NONE', COMPRESSION 'uncompressed')`,
    );
    const file = await readFile(path);
    file[file.indexOf(Buffer.from("0101000000", "hex")) + 1] = 0x63;
    await writeFile(path, file);
    const error = await refusal(path);
    expect(error.message).toBe(`${path}: column "geometry" holds a geometry that is cut short or damaged`);
    expect(error.hint).toContain("write the file again");
  });
});

describe("what is not a Parquet table", () => {
  it("is refused by name", async () => {
    for (const [name, bytes, what] of [
      ["000001", "II*\0 ..............", "a TIFF raster"],
      ["a.arrow", "ARROW1\0\0........", "an Arrow (Feather) file"],
    ] as const) {
      expect((await refusal(await bench.put(name, bytes))).message).toContain(what);
    }
    const path = await write("plain.parquet", `SELECT ${place}`);
    const encrypted = Buffer.from(await readFile(path));
    encrypted.write("PARE", 0);
    expect((await refusal(await bench.put("secret.parquet", encrypted))).message).toContain("encrypted");
  });
});
