import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { version as duckDbVersion } from "@duckdb/node-api";

const run = promisify(execFile);

/** Debian's own Python, whose packages are the ones that README.md installs. */
export const python = "/usr/bin/python3";

export const script = (name) => fileURLToPath(new URL(`./peers/${name}`, import.meta.url));

const asked = {
  gdal: ["gdalwarp", ["--version"], (text) => text.trim().split(",")[0]],
  terra: ["Rscript", ["-e", 'cat("terra", as.character(packageVersion("terra")))'], (text) => text],
  fwrite: [
    "Rscript",
    ["-e", 'cat("data.table", as.character(packageVersion("data.table")))'],
    (text) => text,
  ],
  pandas: [
    python,
    ["-c", "import rasterio, pandas; print('rasterio', rasterio.__version__, 'pandas', pandas.__version__)"],
    (text) => text.trim(),
  ],
};

/** The peers that are installed, with their versions. */
export async function peerVersions() {
  const versions = { duckdb: `DuckDB ${duckDbVersion()}` };
  for (const [name, [program, args, read]] of Object.entries(asked)) {
    try {
      versions[name] = read((await run(program, args)).stdout);
    } catch {
      console.log(`${name} is not installed: left out (README.md says how to install it)`);
    }
  }
  return versions;
}
