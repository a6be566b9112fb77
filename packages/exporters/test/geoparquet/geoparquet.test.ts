import { Grid, type MergedTable } from "@quadrat/core";
import type { DuckDbStore } from "@quadrat/core/host";
import type { RecordBatch } from "apache-arrow";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { geoparquet } from "../../src/index.js";
import { openStore } from "../support/duckdb.js";
import { has, pandas } from "../support/programs.js";
import { exportTo } from "../support/write.js";

const grids = {
  "longitude and latitude": new Grid({
    crs: "EPSG:4326",
    resolution: [0.1, 0.3],
    bounds: [170, -1.2, 190.1, 30.3],
  }),
  projected: new Grid({
    crs: "EPSG:3035",
    resolution: [1000, 1000],
    bounds: [4e6, 2e6, 4_070_000, 2_053_000],
  }),
  "one cell": new Grid({ crs: "EPSG:32633", resolution: [0.7, 0.7], bounds: [500_000.1, 0, 500_000.8, 0.7] }),
};

let store: DuckDbStore;
beforeAll(async () => void (store = await openStore()));
afterAll(() => store.close());

const query = ({ x, y, width, size }: Grid): string =>
  `SELECT ${x.sqlCentre(`cell % ${width}`)} AS x, ${y.sqlCentre(`cell // ${width}`)} AS y,` +
  ` CASE WHEN cell % 3 > 0 THEN sin(cell)::FLOAT END AS sine, cell::BIGINT AS "the cell"` +
  ` FROM range(${size}) AS cells(cell) WHERE cell % 5 <> 1 ORDER BY cell`;

async function tableOf(grid: Grid, sql = query(grid)): Promise<MergedTable> {
  let schema: RecordBatch["schema"] | undefined;
  for await (const batch of store.query(sql)) schema ??= batch.schema;
  return {
    schema: schema!,
    grid,
    rowCount: undefined,
    batches: () => store.query(sql),
    sql: () => sql,
    exec: (statement) => store.exec(statement),
    summary: () => Promise.reject(new Error("not asked for")),
  };
}

/** The columns of the table in halves, as large tables have them. */
const halved = (table: MergedTable): MergedTable => ({
  ...table,
  async inParts(work) {
    const half = (names: string): string => `SELECT ${names} FROM (${table.sql()})`;
    async function* selects(): AsyncGenerator<string> {
      await Promise.resolve();
      yield half("x, y, sine");
      yield half('"the cell"');
    }
    return work(selects(), 2);
  },
});

const write = async (table: MergedTable, options: object = {}) =>
  exportTo(await geoparquet.create(geoparquet.options!.parse(options)), table, ".geoparquet");

interface GeoColumn {
  readonly encoding: string;
  readonly geometry_types: readonly string[];
  readonly crs: object | null;
  readonly covering: unknown;
}

async function geoOf(
  path: string,
): Promise<{ version: string; primary_column: string; columns: Record<string, GeoColumn> }> {
  const [row] = await store.rows(
    `SELECT value FROM parquet_kv_metadata('${path}') WHERE key::VARCHAR = 'geo'`,
  );
  return JSON.parse(String(row!["value"])) as Awaited<ReturnType<typeof geoOf>>;
}

/** As shapely reads WKB. */
const shapelyScript = `
import json, sys, shapely.wkb
found = [shapely.wkb.loads(wkb, hex=True) for wkb in json.load(open(sys.argv[1]))]
print(json.dumps({"valid": all(g.is_valid for g in found), "kinds": sorted({g.geom_type for g in found}),
  "ccw": [g.exterior.is_ccw for g in found if g.geom_type == "Polygon"], "bounds": [g.bounds for g in found]}))
`;

describe.each(Object.entries(grids))("GeoParquet of a grid: %s", (_, grid) => {
  it.each(["point", "polygon"] as const)("has a %s and its bounding box for every row", async (geometry) => {
    const table = await tableOf(grid);
    const { path, rows } = await write(table, { geometry });
    const wanted = await store.rows(query(grid));
    expect(rows).toBe(wanted.length);
    const named = await store.rows(`SELECT x, y, sine, "the cell" FROM read_parquet('${path}')`);
    expect(named).toEqual(wanted);
    const edges = wanted.map((row) => {
      const cell = Number(row["the cell"]);
      const [column, line] = [cell % grid.width, Math.floor(cell / grid.width)];
      return geometry === "point"
        ? [row["x"], row["y"], row["x"], row["y"]]
        : [grid.x.edge(column), grid.y.edge(line + 1), grid.x.edge(column + 1), grid.y.edge(line)];
    });
    const boxes = await store.rows(
      `SELECT bbox.xmin, bbox.ymin, bbox.xmax, bbox.ymax FROM read_parquet('${path}')`,
    );
    expect(boxes.map((row) => Object.values(row))).toEqual(edges);
    const geo = await geoOf(path);
    expect(geo).toMatchObject({ version: "1.1.0", primary_column: "geometry" });
    expect(geo.columns["geometry"]).toMatchObject({
      encoding: "WKB",
      geometry_types: [geometry === "point" ? "Point" : "Polygon"],
      covering: { bbox: { xmin: ["bbox", "xmin"], ymax: ["bbox", "ymax"] } },
    });
    if (!has.shapely) return;
    // DuckDB shows the bytes of the file only if it does not make geometries of them.
    await store.exec("SET enable_geoparquet_conversion = false");
    const texts = await store.rows(`SELECT hex(geometry) AS wkb FROM read_parquet('${path}')`);
    await store.exec("RESET enable_geoparquet_conversion");
    writeFileSync(`${path}.json`, JSON.stringify(texts.map((row) => row["wkb"])));
    const found = pandas(shapelyScript, `${path}.json`) as Record<string, unknown>;
    expect(found["bounds"]).toEqual(edges);
    expect(found).toMatchObject({ valid: true, kinds: [geometry === "point" ? "Point" : "Polygon"] });
    expect((found["ccw"] as boolean[]).every(Boolean)).toBe(true);
  });

  it.skipIf(!has.pyproj)("says the CRS as pyproj understands it", async () => {
    const { path } = await write(await tableOf(grid));
    const { crs } = (await geoOf(path)).columns["geometry"]!;
    const script =
      "import sys, json, pyproj; print(json.dumps(pyproj.CRS(json.loads(sys.argv[1])) == pyproj.CRS(sys.argv[2])))";
    expect(pandas(script, JSON.stringify(crs), grid.crs)).toBe(true);
  });

  it("has the same bytes if its columns are written in parts", async () => {
    const table = { ...(await tableOf(grid)), sameVectors: true };
    const { bytes } = await write(table, { geometry: "polygon" });
    expect((await write(halved(table), { geometry: "polygon" })).bytes.equals(bytes)).toBe(true);
  });
});

describe("GeoParquet", () => {
  it.each(["geometry", "Bbox"])("refuses a dataset named %s, before and while writing", async (name) => {
    const grid = grids["one cell"];
    const table = await tableOf(grid, `SELECT 500000.45::DOUBLE AS x, 0.35::DOUBLE AS y, 1 AS "${name}"`);
    const message = /writes a column "(geometry|bbox)" of its own/;
    await expect(write(table)).rejects.toThrow(message);
    const exporter = await geoparquet.create(geoparquet.options!.parse({}));
    expect(() => exporter.validate!({ grid, columns: [{ name, type: "int32" }] })).toThrow(message);
  });

  it("writes row groups of outlines in the least memory that DuckDB is given", async () => {
    const bounds = [0, 0, 40, 40] as const;
    const grid = new Grid({ crs: "EPSG:4326", resolution: [0.1, 0.1], bounds });
    const [before] = await store.rows("SELECT current_setting('memory_limit') AS bytes");
    await store.exec("SET threads = 1");
    await store.exec("SET memory_limit = '32MiB'");
    const { path, rows } = await write(await tableOf(grid), { geometry: "polygon" });
    await store.exec("RESET threads");
    await store.exec(`SET memory_limit = '${String(before!["bytes"])}'`);
    const [found] = await store.rows(
      `SELECT sum(n)::INT AS rows, max(n)::INT AS most FROM` +
        ` (SELECT DISTINCT row_group_id, row_group_num_rows AS n FROM parquet_metadata('${path}'))`,
    );
    expect(found).toEqual({ rows, most: 61_440 });
  });

  it("has no CRS where PROJJSON has no words for it", async () => {
    const grid = new Grid({
      crs: "+proj=gnom +lat_0=0 +lon_0=0 +R=6371000",
      resolution: [1, 1],
      bounds: [0, 0, 2, 2],
    });
    const { path } = await write(await tableOf(grid));
    expect((await geoOf(path)).columns["geometry"]!.crs).toBeNull();
  });
});
