import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeTiff } from "../e2e/support/tiff.js";

/** Longitudes and latitudes of one degree; the polygons are zones of whole columns. */
export const grid = { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 30, 20], width: 30, height: 20 };

/** Zones by their western and eastern edges: three wide ones, and thirteen of a column each. */
export const zones: readonly (readonly [name: string, west: number, east: number])[] = [
  ["The north <west>", 0, 8],
  ["Middle", 8, 13],
  ["Far east", 13, 16],
  ...Array.from({ length: 13 }, (_, i) => [`Strip ${i + 1}`, 16 + i, 17 + i] as const),
];

export const records = Array.from({ length: 300 }, (_, i) => ({
  x: 0.05 + ((i * 37) % 290) / 10,
  y: 0.05 + ((i * i * 13) % 190) / 10,
  species: `species ${i % 5}`,
}));

function polygon(ring: readonly (readonly [number, number])[], name: string): object {
  return {
    type: "Feature",
    properties: { name },
    geometry: { type: "Polygon", coordinates: [[...ring, ring[0]]] },
  };
}

function box(west: number, south: number, east: number, north: number): [number, number][] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
}

/** What a model is fitted to: zones by name, polygons with faults, a sum, records with background and folds. */
export async function makeModel(folder: string): Promise<void> {
  const raster = { epsg: 4326, geographic: true, nodata: -9999 } as const;
  await writeTiff(join(folder, "warm.tif"), {
    ...raster,
    ...{ width: 30, height: 20, origin: [0, 20], pixel: [1, 1] },
    value: (col, row) => Math.fround(20 * Math.sin(col / 5) + row),
  });
  await writeTiff(join(folder, "people.tif"), {
    ...raster,
    ...{ width: 60, height: 40, origin: [0, 20], pixel: [0.5, 0.5] },
    value: (col, row) => ((col + row) % 3 === 0 ? 0.375 : 0.25),
  });
  const collection = (features: readonly object[]): string =>
    JSON.stringify({ type: "FeatureCollection", features });
  await writeFile(
    join(folder, "zones.geojson"),
    collection(zones.map(([name, west, east]) => polygon(box(west, 0, east, 20), name))),
  );
  const bowTie: [number, number][] = [
    [2, 2],
    [8, 8],
    [8, 2],
    [2, 8],
  ];
  await writeFile(
    join(folder, "parks.geojson"),
    collection([
      polygon(box(1, 12, 6, 18), "whole"),
      polygon(bowTie, "crossing"),
      polygon(box(20.6, 5.6, 20.9, 5.9), "takes no centre"),
      polygon(box(50, 50, 60, 60), "elsewhere"),
    ]),
  );
  const lines = records.map(({ x, y, species }) => `${x},${y},${species}\n`);
  await writeFile(join(folder, "birds.csv"), `decimalLongitude,decimalLatitude,species\n${lines.join("")}`);
  const { width: _, height: __, ...cells } = grid;
  const config = {
    grid: cells,
    datasets: {
      warm: { path: "warm.tif" },
      people: { path: "people.tif", resample: "sum" },
      zone: { path: "zones.geojson", measure: "value", value: "name" },
      parks: { path: "parks.geojson", measure: "presence" },
      birds: {
        path: "birds.csv",
        kind: "occurrences",
        species: "species",
        measure: "records",
        checks: "none",
      },
    },
    points: {
      records: "birds",
      background: { count: 200, seed: 3 },
      folds: { count: 4, block: 300_000, seed: 1 },
    },
    merge: { join: "all" },
    export: { directory: "out", report: true },
    prediction: { learn: false },
  };
  await writeFile(join(folder, "config.yml"), JSON.stringify(config));
}
