import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { agree } from "../agree.mjs";
import { best, interleaved } from "../compare.mjs";
import { writeLayers, writeStudy } from "../layers.mjs";
import { measure, quadrat } from "../measure.mjs";
import { python, script } from "../peers.mjs";

export const title = "the whole job: 10 float32 rasters to 0.1 degree by average, outer join, CSV";

/** @param {{ folder: string, repeat: number, quick: boolean, versions: Record<string, string> }} settings */
export async function run({ folder, repeat, quick, versions }) {
  const count = quick ? 2 : 10;
  const inputs = await writeLayers(folder, { width: 7200, height: 3600, count });
  const place = join(folder, "p1");
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  const config = await writeStudy(
    join(place, "config.yml"),
    { crs: "EPSG:4326", resolution: 0.1, bounds: [-180, -90, 180, 90] },
    inputs,
    {
      merge: { join: "outer", enable_streaming: true },
      memory: { limit: "512MB" },
      export: { directory: join(place, "quadrat") },
    },
  );
  const out = (name) => join(place, `${name}.csv`);
  const own = join(place, "quadrat", "merged.csv");
  const contestants = [
    { name: "Quadrat", run: () => sized(quadrat(["run", "--config", config, "--fresh"]), own) },
  ];
  const terra = { terra: ["terra, write.csv", "write.csv"], fwrite: ["terra, data.table", "fwrite"] };
  for (const [peer, [name, writer]] of Object.entries(terra)) {
    if (!versions[peer]) continue;
    const args = [script("resample_terra.R"), writer, out(peer), ...inputs];
    contestants.push({ name, run: () => sized(measure("Rscript", args), out(peer)) });
  }
  if (versions.gdal && versions.pandas) {
    const warped = inputs.map((_, index) => join(place, `warped-${index + 1}.tif`));
    const target = "-te -180 -90 180 90 -tr 0.1 0.1 -r average -ot Float32 -overwrite -q";
    const threads = "-multi -wo NUM_THREADS=2 -oo NUM_THREADS=2";
    const steps = [
      ...inputs.map((input, index) => `gdalwarp ${target} ${threads} '${input}' '${warped[index]}'`),
      `${python} '${script("merge_pandas.py")}' '${out("pandas")}' ${warped.map((path) => `'${path}'`).join(" ")}`,
    ];
    contestants.push({
      name: "gdalwarp, rasterio, pandas",
      run: () => sized(measure("/bin/sh", ["-c", steps.join(" && ")]), out("pandas")),
    });
  }
  const results = await interleaved(contestants, repeat);
  for (const peer of ["terra", "fwrite", "pandas"]) if (versions[peer]) await agree(own, out(peer));
  // data.table is no part of terra: it stands beside, and is not what the target is about.
  const judged = results.filter(({ name }) => name !== "terra, data.table");
  const time = best(judged, "seconds");
  const memory = best(judged, "peakBytes");
  const pandas = results.find(({ name }) => name === "gdalwarp, rasterio, pandas");
  const targets = time
    ? [
        { what: `time of ${time.name}`, value: results[0].seconds / time.seconds, most: 0.2 },
        ...(pandas
          ? [{ what: `time of ${pandas.name}`, value: results[0].seconds / pandas.seconds, most: 0.16 }]
          : []),
        { what: `memory of ${memory.name}`, value: results[0].peakBytes / memory.peakBytes, most: 0.36 },
      ]
    : [];
  return { rounds: [{ results }], targets };
}

export async function sized(measured, file) {
  const { seconds, cpuSeconds, peakBytes } = await measured;
  return { seconds, cpuSeconds, peakBytes, outputBytes: (await stat(file)).size };
}
