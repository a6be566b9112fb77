import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { interleaved } from "../compare.mjs";
import { writeGeoTiff } from "../geotiff.mjs";
import { globe, nodata, writeCovers, writeLayers, writeStudy } from "../layers.mjs";
import { measure, quadrat } from "../measure.mjs";
import { sized } from "./p1.mjs";

export const title = "resampling alone, against gdalwarp with the same two cores";

const projected = ["average", "near", "bilinear", "cubic", "mode", "med"];
const methods = [...projected, "cubicspline", "lanczos", "rms", "min", "max", "q1", "q3", "sum"];
const nothing = fileURLToPath(new URL("../nothing.mjs", import.meta.url));

/**
 * The same coordinate system on both sides by every method, classes of land cover, then two pairs of systems that differ.
 * `only` keeps the rounds whose title contains it.
 */
export async function run({ folder, repeat, quick, versions, only = "" }) {
  const rounds = [];
  const targets = [];
  const count = quick ? 1 : 10;
  const globes = await writeLayers(folder, { width: 7200, height: 3600, count });
  const same = { crs: "EPSG:4326", resolution: 0.1, bounds: [-180, -90, 180, 90] };
  for (const method of quick ? projected : methods) {
    await round(`${method}, ${count} files, same CRS`, globes, same, method, [], 0.8);
  }
  const covers = await writeCovers(folder, { width: 7200, height: 3600, count });
  for (const method of ["mode", "near"]) {
    await round(`${method}, ${count} files of 16 classes`, covers, same, method, [], 0.8, "Byte");
  }
  const utm = await raster(folder, "utm", {
    ...{ width: 8000, height: 8000, epsg: 32633 },
    bounds: [400_000, 5_200_000, 640_000, 5_440_000],
  });
  const lonLat = { crs: "EPSG:4326", resolution: 0.0004, bounds: [13.8, 47, 16.8, 49] };
  const europe = await raster(folder, "europe", { width: 8000, height: 6000, bounds: [-10, 36, 30, 66] });
  const laea = { crs: "EPSG:3035", resolution: 500, bounds: [2_600_000, 1_500_000, 6_000_000, 5_000_000] };
  for (const method of projected) {
    const exact = ["-et", "0"];
    await round(`${method}, UTM to EPSG:4326`, [utm], lonLat, method, exact, 0.9);
    await round(`${method}, EPSG:4326 to EPSG:3035`, [europe], laea, method, exact, 0.9);
  }
  return { rounds, targets };

  async function round(name, inputs, grid, method, more, most, type = "Float32") {
    if (!name.includes(only)) return;
    const place = join(folder, "p2");
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
    const config = await writeStudy(join(place, "config.yml"), grid, inputs, {
      resample: method,
      // Of classes the file's own, as methods that choose a value keep it.
      dtype: type === "Byte" ? null : "float32",
      plugins: [nothing],
      // Rows of an outer join would have to be counted, which is no part of resampling.
      merge: { join: "all", enable_streaming: true },
      memory: { limit: "512MB" },
      export: { directory: join(place, "quadrat"), formats: ["leave"] },
    });
    const contestants = [
      {
        name: "Quadrat",
        run: () =>
          sized(quadrat(["run", "--config", config, "--fresh"]), join(place, "quadrat", "quadrat.duckdb")),
      },
    ];
    if (versions.gdal) {
      const out = join(place, "warped.tif");
      const { crs, resolution, bounds } = grid;
      const target = `-t_srs ${crs} -te ${bounds.join(" ")} -tr ${resolution} ${resolution} -r ${method}`;
      const threads = "-multi -wo NUM_THREADS=2 -oo NUM_THREADS=2";
      const warp = (input) =>
        `gdalwarp ${target} ${threads} ${more.join(" ")} -ot ${type} -overwrite -q '${input}' '${out}'`;
      const steps = inputs.map(warp).join(" && ");
      contestants.push({ name: "gdalwarp", run: () => sized(measure("/bin/sh", ["-c", steps]), out) });
    }
    const results = await interleaved(contestants, repeat);
    rounds.push({ title: name, results });
    const [own, peer] = results;
    if (peer) targets.push({ what: name, value: own.seconds / peer.seconds, most });
  }
}

async function raster(folder, name, size) {
  const path = join(folder, `${name}-${size.width}x${size.height}.tif`);
  if (existsSync(path)) return path;
  const value = globe(size.width, size.height, 0);
  await writeGeoTiff(`${path}.partial`, { ...size, nodata, value });
  await rename(`${path}.partial`, path);
  return path;
}
