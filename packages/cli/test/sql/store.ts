import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { command } from "../commands/in-process.js";
import { writeTiff } from "../e2e/support/tiff.js";

export interface StudyStore {
  readonly config: string;
  readonly store: string;
}

/** A study of 12 x 8 cells: elevation with a hole and an outside, and points; run to its end. */
export async function makeStudy(folder: string): Promise<StudyStore> {
  await writeTiff(join(folder, "elevation.tif"), {
    width: 10,
    height: 8,
    epsg: 4326,
    geographic: true,
    origin: [0, 8],
    pixel: [1, 1],
    nodata: -9999,
    value: (col, row) => (col === 3 && row === 2 ? -9999 : col + row / 8),
  });
  await writeFile(
    join(folder, "points.csv"),
    "decimalLongitude,decimalLatitude\n0.5,7.5\n0.6,7.4\n3.5,5.5\n11.5,0.5\n",
  );
  const config = join(folder, "config.yml");
  await writeFile(
    config,
    JSON.stringify({
      grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 12, 8] },
      datasets: { elevation: { path: "elevation.tif", resample: "near" }, points: { path: "points.csv" } },
      merge: { join: "all" },
      export: { directory: "out" },
    }),
  );
  const { code, stderr } = await command("run", "--config", config, "--json");
  if (code !== 0) throw new Error(stderr);
  return { config, store: join(folder, "out", "quadrat.duckdb") };
}
