import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig, parseConfig } from "../../src/host.js";
import { sound } from "./refusal.js";

const contract = readFileSync(new URL("fixtures/contract.yml", import.meta.url), "utf8");
const repository = new URL("../../../../", import.meta.url);

describe("the configuration that the documentation shows", () => {
  it("is accepted key for key", () => {
    const config = parseConfig(contract, { file: "study/config.yml", experiment: "large_dataset_export" });
    const study = resolve("study");
    expect(config).toMatchObject({
      file: resolve(study, "config.yml"),
      experiment: "large_dataset_export",
      grid: { crs: "EPSG:4326", resolution: [0.1, 0.1], bounds: [-180, -90, 180, 90] },
      resampling: { windowSize: 2048 },
      merge: { join: "outer", enableStreaming: true, streamingChunkSize: 5000 },
      export: {
        formats: [{ use: "csv", options: {} }],
        compress: true,
        chunkSize: 10000,
        directory: resolve(study, "output"),
        name: "merged",
      },
      memory: {
        limit: { share: 0.8 },
        warningThreshold: 0.8,
        criticalThreshold: 0.9,
        recoveryThreshold: 0.7,
        intervalMs: 250,
        backend: "auto",
      },
      plugins: [],
    });
    expect(Object.keys(config.datasets)).toEqual([
      "elevation",
      "landcover",
      "richness",
      "bio12",
      "sloths",
      "toucans",
    ]);
    expect(config.datasets).toMatchObject({
      elevation: { path: resolve(study, "data/elev.tif"), kind: "raster", type: "continuous", band: 1 },
      landcover: { type: "categorical" },
      richness: { type: "count" },
      bio12: { band: 12, resample: "cubic", nodata: -9999, crs: "EPSG:4326" },
      sloths: {
        kind: "occurrences",
        x: "decimalLongitude",
        y: "decimalLatitude",
        species: "species",
        measure: "records",
      },
      toucans: { kind: "ranges", species: "sci_name", measure: "species", rule: "centre" },
    });
  });

  it("has the defaults that it shows", () => {
    const shown = parseConfig(contract, { file: "config.yml" });
    const bare = parseConfig(sound, { file: "config.yml" });
    for (const section of ["resampling", "merge", "memory", "plugins"] as const) {
      expect(bare[section]).toEqual(shown[section]);
    }
    expect(bare.export).toEqual({ ...shown.export, directory: resolve("output/default") });
  });

  it("puts an experiment's outputs into a folder of its name", () => {
    const config = parseConfig(`${sound}experiments: {coarse: {grid: {resolution: 1}}}`, {
      file: "study/config.yml",
      experiment: "coarse",
    });
    expect(config.export.directory).toBe(resolve("study/output/coarse"));
  });

  it("takes an old configuration of merge and export keys, with grid and datasets", () => {
    const old = `
merge:
  enable_streaming: true
  streaming_chunk_size: 5000
export:
  compress: false
  chunk_size: 10000
grid: {crs: "EPSG:4326", resolution: 1, bounds: [-180, -90, 180, 90]}
datasets:
  a: {path: a.tif}
`;
    const config = parseConfig(old, { file: "config.yml" });
    expect(config.merge).toEqual({ join: "outer", enableStreaming: true, streamingChunkSize: 5000 });
    expect(config.export).toMatchObject({ compress: false, chunkSize: 10000, name: "merged" });
  });

  it("is loaded from the file of the repository, with each of its experiments", async () => {
    for (const experiment of [undefined, "quickstart", "large_dataset_export"]) {
      const config = await loadConfig({ file: new URL("config.yml", repository).pathname, experiment });
      expect(config.experiment).toBe(experiment ?? "default");
    }
  });
});
