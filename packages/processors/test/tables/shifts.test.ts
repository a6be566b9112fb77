import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Grid, quoteLiteral, type DatasetConfig } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { fixtures, useBench } from "./support.js";

/** Records on a datum of many shifts, and where PROJ puts them on WGS 84; see make_shifts.py. */
interface Shifted {
  readonly what: string;
  readonly crs: string;
  readonly records: readonly (readonly [x: number, y: number])[];
  readonly places: readonly (readonly [longitude: number, latitude: number])[];
}

const tables = JSON.parse(readFileSync(join(fixtures, "shifts.json"), "utf8")) as Shifted[];
const [california] = tables as [Shifted];

const bench = useBench();
/** About a metre. */
const resolution = 1e-5;

function gridOver(bounds: readonly [number, number, number, number]): Grid {
  return new Grid({ crs: "EPSG:4326", resolution: [resolution, resolution], bounds });
}

/** Everything between the poles, in longitudes from 0 where the records need it. */
function wideGrid({ places }: Shifted): Grid {
  const across = places.some(([x]) => x > 0) && places.some(([x]) => x < 0);
  return gridOver(across ? [0, -80, 360, 80] : [-180, -80, 180, 80]);
}

/** A degree around the first record. */
function narrowGrid({ places: [first] }: Shifted): Grid {
  const [x, y] = first!.map(Math.floor) as [number, number];
  return gridOver([x, y, x + 1, y + 1]);
}

type Numbers = readonly [column: number, row: number];

/** Cells counted from 0 east and 0 north, whatever the grid: grids begin on whole degrees. */
function numbersOf(grid: Grid, cell: number): Numbers {
  const [west, , , north] = grid.bounds.map((bound) => Math.round(bound / resolution)) as [
    number,
    number,
    number,
    number,
  ];
  const column = west + (cell % grid.width);
  return [column % Math.round(360 / resolution), north - 1 - Math.floor(cell / grid.width)];
}

function numbersAt([x, y]: readonly [number, number], grid: Grid): Numbers {
  const turned = x < grid.bounds[0] ? x + 360 : x;
  return [Math.floor(turned / resolution), Math.floor(y / resolution)];
}

const inOrder = (cells: readonly Numbers[]): Numbers[] =>
  cells.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);

const kinds: readonly [kind: string, write: (table: Shifted) => Promise<[string, Partial<DatasetConfig>]>][] =
  [
    [
      "text",
      async ({ what, crs, records }) => {
        const lines = ["x,y", ...records.map((record) => record.join(","))];
        return [await bench.put(`${what}.csv`, `${lines.join("\n")}\n`), { x: "x", y: "y", crs }];
      },
    ],
    [
      "several texts that are rewritten",
      async ({ what, crs, records }) => {
        for (const [index, [x, y]] of records.entries())
          await bench.put(`${what}/${index}.csv`, `x,y,note\r\n"${x}",${y},"a, b"\r\n`);
        return [join(bench.folder, what), { x: "x", y: "y", crs }];
      },
    ],
    [
      "Parquet",
      async ({ what, crs, records }) => {
        const rows = records.map(([x, y]) => `(${x}::DOUBLE, ${y}::DOUBLE)`);
        const query = `SELECT * FROM (VALUES ${rows.join(", ")}) AS t(x, y)`;
        return [await copy(`${what}.parquet`, query, ""), { x: "x", y: "y", crs }];
      },
    ],
    [
      "GeoParquet, by the CRS of the file",
      async ({ what, crs, records }) => {
        const id = { authority: "EPSG", code: Number(crs.slice("EPSG:".length)) };
        const columns = { place: { encoding: "WKB", geometry_types: ["Point"], crs: { id } } };
        const geo = JSON.stringify({ version: "1.1.0", primary_column: "place", columns });
        const rows = records.map(([x, y]) => `(ST_AsWKB('POINT (${x} ${y})'::GEOMETRY))`);
        const query = `SELECT * FROM (VALUES ${rows.join(", ")}) AS t(place)`;
        return [await copy(`${what}.geo.parquet`, query, `, KV_METADATA {geo: ${quoteLiteral(geo)}}`), {}];
      },
    ],
  ];

async function copy(name: string, query: string, options: string): Promise<string> {
  const path = await bench.put(name, "");
  await bench.store.exec(`COPY (${query}) TO ${quoteLiteral(path)} (FORMAT parquet${options})`);
  return path;
}

describe.each(kinds)("the shift of a table (%s)", (_kind, write) => {
  it.each(tables)("is PROJ's for the extent of the records, whatever the grid: $what", async (table) => {
    const [path, dataset] = await write(table);
    const wide = wideGrid(table);
    const all = await bench.lay(path, dataset, { grid: wide });
    const cells = all.cells.map(([cell]) => numbersOf(wide, cell));
    expect(inOrder(cells)).toEqual(inOrder(table.places.map((place) => numbersAt(place, wide))));

    const narrow = narrowGrid(table);
    const near = await bench.lay(path, dataset, { grid: narrow });
    expect(near.cells.length).toBeGreaterThan(0);
    for (const [cell] of near.cells) expect(cells).toContainEqual(numbersOf(narrow, cell));

    const [one, other] = [all, near].map(({ report }) =>
      report.warnings.filter((warning) => warning.includes("is shifted to WGS 84")),
    );
    expect(one).toHaveLength(1);
    expect(other).toEqual(one);
  });
});

describe("the extent that chooses the shift", () => {
  const lines = california.records.map((record) => record.join(","));
  const dataset = { x: "x", y: "y", crs: california.crs };
  const grid = narrowGrid(california);
  const lay = async (name: string, text: string, more: Partial<DatasetConfig> = {}) =>
    bench.lay(await bench.put(name, text), { ...dataset, ...more }, { grid });

  it("is that of the records with a point, with and without a value", async () => {
    const plain = await lay("plain.csv", `x,y\n${lines.join("\n")}\n`);
    const odd = ["0,0", "NA,40", "-999,-999", "-80,95", "-170,forty", "-9999,-9999"];
    const faulty = await lay("faulty.csv", `x,y\n${[...lines, ...odd].join("\n")}\n`);
    expect(faulty.cells).toEqual(plain.cells);
    const nodata = { nodataValues: { x: [-80], y: [], value: [] } };
    const marked = await lay("marked.csv", `x,y\n${lines.join("\n")}\n-80,30\n`, nodata);
    expect(marked.cells).toEqual(plain.cells);
    // The value of all but the first is missing: the shift is not another for that.
    const values = `x,y,v\n${lines.map((line, index) => `${line},${index === 0 ? 7 : ""}`).join("\n")}\n`;
    const mean = await lay("values.csv", values, { measure: "mean", value: "v" });
    expect(mean.cells).toEqual([[plain.cells[0]![0], 7]]);
  });

  it("is taken over all parts of a table", async () => {
    const away = await lay("away.csv", `x,y\n${lines.join("\n")}\n-66,45\n`);
    expect(away.report.warnings.join()).toContain("(EPSG:1173)");
    for (const [index, line] of [...lines, "-66,45"].entries())
      await bench.put(`away/${index}.csv`, `x,y\n${line}\n`);
    const parts = await bench.lay(join(bench.folder, "away"), dataset, { grid });
    expect(parts).toEqual(away);
  });

  it("is not looked for where there is one shift only, or none", async () => {
    const statements: string[] = [];
    const store = new Proxy(bench.store, {
      get(target, key) {
        if (key === "exec")
          return (sql: string) => {
            statements.push(sql);
            return target.exec(sql);
          };
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const path = await bench.put("one.csv", "x,y\n6,51\n");
    const isMeasured = async (crs: string): Promise<boolean> => {
      statements.length = 0;
      await bench.lay(path, { ...dataset, crs }, { store });
      return statements.some((sql) => sql.includes('"extents"'));
    };
    expect(await isMeasured("EPSG:4230")).toBe(true);
    for (const crs of ["EPSG:4326", "EPSG:4258", "EPSG:4289"]) expect(await isMeasured(crs)).toBe(false);
  });
});
