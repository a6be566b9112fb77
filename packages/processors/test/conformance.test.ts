import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { required, type SourceDefinition, type StageContext, type StageDefinition } from "@quadrat/core";
import { Registry } from "@quadrat/core/host";
import { sourceSuite, stageSuite, withStageContext } from "@quadrat/core/testing";
import { afterAll, describe, it } from "vitest";
import { builtinProcessors } from "../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "quadrat-conformance-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const points = join(folder, "points.csv");
writeFileSync(points, "decimalLongitude,decimalLatitude\n10.5,50.5\n10.6,50.6\n-70,-10\n900,0\n");
const tiff = (name: string): string =>
  fileURLToPath(new URL(`../../geotiff/test/fixtures/layouts/${name}`, import.meta.url));

const array = (name: string): string =>
  fileURLToPath(new URL(`../../multidim/test/fixtures/files/${name}`, import.meta.url));

const inputs: Readonly<Record<string, readonly string[]>> = {
  geotiff: [tiff("float32_tiled_deflate_3.tif"), tiff("nodata_zero.tif"), tiff("overviews_internal.tif")],
  netcdf: [array("classic.nc3"), array("groups.nc"), array("latest.h5")],
  zarr: [array("two.zarr"), array("three.zarr")],
  table: [points],
  polygons: ["geojson", "gpkg", "shp", "fgb"].map((ending) =>
    fileURLToPath(new URL(`fixtures/ranges/polygons.${ending}`, import.meta.url)),
  ),
};

/** Keys of the entry, by source or by input. */
const datasets: Readonly<Record<string, object>> = {
  polygons: { kind: "ranges", measure: "presence" },
  [array("classic.nc3")]: { variable: "tas" },
  [array("groups.nc")]: { variable: "part" },
  [array("latest.h5")]: { variable: "fixed_packed" },
  [array("two.zarr")]: { variable: "blosc" },
  [array("three.zarr")]: { variable: "sharded" },
};

describe.each(builtinProcessors.sources.map(({ name }, index) => [name, index] as const))(
  "source %s",
  (name, index) => {
    const definition: SourceDefinition = builtinProcessors.sources[index]!;
    describe.each(inputs[name]!)("%s", (path) => {
      for (const { name: demand, run } of sourceSuite(definition, {
        path,
        dataset: datasets[path] ?? datasets[name] ?? {},
      }))
        it(demand, run);
    });
  },
);

describe("source table with several columns", () => {
  const definition: SourceDefinition = builtinProcessors.sources.find(({ name }) => name === "table")!;
  const path = fileURLToPath(new URL("fixtures/tables/crosstab.csv", import.meta.url));
  const dataset = { x: "lon", y: "lat", species: "name", expand: "species" } as const;
  for (const { name: demand, run } of sourceSuite(definition, { path, dataset })) it(demand, run);
});

describe("source polygons with several columns", () => {
  const definition: SourceDefinition = builtinProcessors.sources.find(({ name }) => name === "polygons")!;
  const path = fileURLToPath(new URL("fixtures/ranges/polygons.gpkg", import.meta.url));
  const dataset = { kind: "ranges", measure: "coverage", species: "name", expand: "species" } as const;
  for (const { name: demand, run } of sourceSuite(definition, { path, dataset })) it(demand, run);
});

const stages: readonly StageDefinition[] = builtinProcessors.stages;

/** A context in which the stages before have run. */
const contextFor =
  (name: string) =>
  (
    work: (context: StageContext) => Promise<void>,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<void> =>
    withStageContext(
      async (context) => {
        const { grid: _grid, datasets: _datasets, staged: _staged, merged: _merged, ...bare } = context;
        const config = structuredClone(context.config);
        const [one] = Object.values(config.datasets);
        const datasets = { points: { ...one!, path: points, kind: "occurrences", measure: "records" } };
        const own = {
          ...bare,
          config: {
            ...config,
            grid: { crs: "EPSG:4326", resolution: [1, 1], bounds: [-180, -90, 180, 90] },
            datasets,
          },
        } as StageContext;
        try {
          for (const before of stages) {
            if (before.name === name) break;
            await (await before.create({})).run(own);
          }
          await work(own);
        } finally {
          for (const { source } of own.datasets ? required(own, "datasets") : [])
            await (source.kind === "raster" ? source.raster.close() : source.cells.close());
        }
      },
      { signal, registry: new Registry().use(builtinProcessors) },
    );

describe.each(stages)("stage $name", (definition) => {
  for (const { name, run } of stageSuite(definition, { withContext: contextFor(definition.name) }))
    it(name, run);
});
