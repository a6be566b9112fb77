import { execFileSync, spawnSync } from "node:child_process";

/** Debian's Python, which has pandas where the peers are installed. */
const python = "/usr/bin/python3";

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

export const has = {
  pandas: runs(python, ["-c", "import pandas"]),
  rasterio: runs(python, ["-c", "import rasterio"]),
  gdal: runs(python, ["-c", "import osgeo_utils.samples.validate_cloud_optimized_geotiff"]),
  pyproj: runs(python, ["-c", "import pyproj"]),
  shapely: runs(python, ["-c", "import shapely"]),
  pyarrow: runs("python3", ["-c", "import pyarrow"]),
  gzip: runs("gzip", ["--version"]),
  r: runs("Rscript", ["--version"]),
};

/** Runs a Python script and reads the JSON that it prints. */
export function pandas(script: string, ...args: string[]): unknown {
  return JSON.parse(execFileSync(python, ["-c", script, ...args], { encoding: "utf8", maxBuffer: 1 << 28 }));
}

export function pyarrow(script: string, ...args: string[]): unknown {
  return JSON.parse(
    execFileSync("python3", ["-c", script, ...args], { encoding: "utf8", maxBuffer: 1 << 28 }),
  );
}

export function rscript(script: string, ...args: string[]): string {
  return execFileSync("Rscript", ["-e", script, ...args], { encoding: "utf8" });
}
