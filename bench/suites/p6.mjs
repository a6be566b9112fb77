import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { capped } from "../capped.mjs";
import { interleaved } from "../compare.mjs";
import { writeLayers, writeStudy } from "../layers.mjs";
import { quadrat } from "../measure.mjs";
import { script } from "../peers.mjs";

export const title =
  "19 layers over South America at 30 arc-seconds, one table: Parquet under 512 MB, terra under 8 GB";

const south = { xmin: -82, ymin: -56, xmax: -34, ymax: 13 };
const cap = 8 * 2 ** 30;
const limit = 512e6;

/** One raster of the globe stands for all layers: what is read, and how much of it, is the same. */
export async function run({ folder, repeat, quick, versions }) {
  const width = quick ? 4800 : 43_200;
  const [globe] = await writeLayers(folder, { width, height: width / 2, count: 1 });
  const layers = Array.from({ length: quick ? 3 : 19 }, () => globe);
  const place = join(folder, "p6");
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  const { xmin, ymin, xmax, ymax } = south;
  const grid = { crs: "EPSG:4326", resolution: 360 / width, bounds: [xmin, ymin, xmax, ymax] };
  const config = await writeStudy(join(place, "config.yml"), grid, layers, {
    resample: "near",
    dtype: undefined,
    memory: { limit: "512MB" },
    export: { directory: join(place, "quadrat"), formats: ["parquet"] },
  });
  const contestants = [
    {
      name: "Quadrat",
      async run() {
        const result = await quadrat(["run", "--config", config, "--fresh"]);
        return { ...result, outputBytes: (await stat(join(place, "quadrat", "merged.parquet"))).size };
      },
    },
  ];
  let killed = 0;
  if (versions.terra) {
    contestants.push({
      name: "terra, crop and as.data.frame",
      async run() {
        const out = join(place, "terra.csv");
        const box = [xmin, xmax, ymin, ymax].map(String);
        const result = await capped("Rscript", [script("crop_terra.R"), out, ...box, ...layers], cap);
        if (result.killed) killed++;
        return { ...result, outputBytes: result.killed ? 0 : (await stat(out)).size };
      },
    });
  }
  const results = await interleaved(contestants, repeat);
  const ended = versions.terra ? `; terra was killed at 8 GiB in ${killed} of ${repeat} turns` : "";
  return {
    rounds: [{ title: `one table${ended}`, results }],
    targets: [{ what: "peak memory, of the limit", value: results[0].peakBytes / limit, most: 1 }],
  };
}
