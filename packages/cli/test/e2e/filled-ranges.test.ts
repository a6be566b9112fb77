import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { inFolder, run } from "./support/quadrat.js";

type Rectangle = readonly [west: number, south: number, east: number, north: number];

/** Rectangles along lines of the grids below, so that what each cell has is arithmetic. */
async function writePolygons(
  path: string,
  polygons: readonly (readonly [string, number, Rectangle])[],
): Promise<void> {
  const features = polygons.map(([name, number, [west, south, east, north]]) => {
    const outline = [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ];
    return {
      type: "Feature",
      properties: { name, number },
      geometry: { type: "Polygon", coordinates: [outline] },
    };
  });
  await writeFile(path, JSON.stringify({ type: "FeatureCollection", features }));
}

/** The numbers of rows, of those that differ from what is expected, and of those that are not in the order of the cells. */
async function compare(parquet: string, step: number, expected: string): Promise<unknown> {
  const connection = await (await DuckDBInstance.create()).connect();
  try {
    const result = await connection.runAndReadAll(`
      WITH cells AS (
        SELECT *, floor(x / ${step})::BIGINT AS col, floor((9 - y) / ${step})::BIGINT AS row, file_row_number AS number_of_row
        FROM read_parquet('${parquet}', file_row_number = true)),
      ordered AS (SELECT *, row * 100_000 + col AS cell, lag(cell) OVER (ORDER BY number_of_row) AS before FROM cells)
      SELECT count(*)::INTEGER AS rows, (count(*) FILTER (WHERE NOT coalesce(${expected}, false)))::INTEGER AS wrong,
        (count(*) FILTER (WHERE cell <= before))::INTEGER AS disordered FROM ordered`);
    return result.getRowObjectsJS()[0];
  } finally {
    connection.closeSync();
  }
}

describe("polygons on more than a million cells", () => {
  it("have their values at the right cells where they fill most of the grid", async () => {
    await inFolder(async (folder) => {
      const path = join(folder, "p.geojson");
      await writePolygons(path, [
        ["A", 1, [0, 0, 4, 9]],
        ["A", 2, [2, 0, 6, 9]],
        ['B "ä"', 3, [3, 1, 7, 8]],
      ]);
      await run(folder, {
        grid: { crs: "EPSG:4326", resolution: 0.01, bounds: [0, 0, 12, 9] },
        datasets: {
          richness: { path, kind: "ranges", species: "name" },
          touched: { path, kind: "ranges", species: "name", rule: "coverage" },
          name: { path, kind: "ranges", measure: "value", value: "name" },
          number: { path, kind: "ranges", measure: "value", value: "number" },
          here: { path, kind: "ranges", measure: "presence" },
        },
        export: { formats: ["parquet"], directory: "out" },
        memory: { limit: "250MB" },
      });
      const inB = "(col >= 300 AND col < 700 AND row >= 100 AND row < 800)";
      const species = `(col < 600)::INTEGER + ${inB}::INTEGER`;
      const found = await compare(
        join(folder, "out", "merged.parquet"),
        0.01,
        `richness = ${species} AND touched = ${species} AND here = 1
         AND name = CASE WHEN col < 600 THEN 'A' ELSE 'B "ä"' END
         AND number = CASE WHEN col < 400 THEN 1 WHEN col < 600 THEN 2 ELSE 3 END`,
      );
      expect(found).toEqual({ rows: 600 * 900 + 100 * 700, wrong: 0, disordered: 0 });
    });
  });

  it("have their texts in Parquet where they fill a small part of the grid", async () => {
    await inFolder(async (folder) => {
      const path = join(folder, "p.geojson");
      await writePolygons(path, [
        ["west", 1, [0, 0, 1, 9]],
        ["east", 2, [1, 0, 2, 9]],
      ]);
      await run(folder, {
        grid: { crs: "EPSG:4326", resolution: 0.005, bounds: [0, 0, 12, 9] },
        datasets: { name: { path, kind: "ranges", measure: "value", value: "name" } },
        export: { formats: ["parquet"], directory: "out" },
        memory: { limit: "250MB" },
      });
      const found = await compare(
        join(folder, "out", "merged.parquet"),
        0.005,
        "name = CASE WHEN col < 200 THEN 'west' ELSE 'east' END",
      );
      expect(found).toEqual({ rows: 400 * 1800, wrong: 0, disordered: 0 });
    });
  });
});
