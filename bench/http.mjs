/**
 * A COG on a server of this benchmark's own: how much of it a grid over a hundredth of it fetches, and how long that takes
 * against the same file on disk.
 *
 *   node bench/http.mjs [--folder FOLDER] [--threads N,N] [--latency MS]
 *
 * --folder   where the COG is made, once; default: a folder of the temporary directory
 * --threads  numbers of threads to try; default 1,2,4
 * --latency  milliseconds that the server waits before each answer; default 20
 *
 * Needs GDAL's programs (gdal_create, gdal_translate). Ends with 1 if more than 3 % of the file is fetched, or if the table is not that
 * of the local file.
 */
import { execFileSync } from "node:child_process";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine, count } from "./arguments.mjs";
import { megabytes, quadrat } from "./measure.mjs";

const { values } = commandLine(import.meta.url, {
  options: {
    folder: { type: "string", default: join(tmpdir(), "quadrat-bench-http") },
    threads: { type: "string", default: "1,2,4" },
    latency: { type: "string", default: "20" },
  },
});
const latency = Number(values.latency);
const threads = values.threads.split(",").map((text) => count("threads", text));
/** Pixels of each side. */
const size = 9600;

mkdirSync(values.folder, { recursive: true });
const cog = join(values.folder, "cog.tif");
if (!existsSync(cog)) await makeCog(cog);
const bytes = statSync(cog).size;

/** A hundredth of the raster, of 12 degrees, at 0.01 degrees, not on the borders of tiles. */
const grid = { crs: "EPSG:4326", resolution: 0.01, bounds: [5.37, 44.31, 6.57, 45.51] };
const other = { crs: "EPSG:3035", resolution: 1000, bounds: [3_960_000, 2_360_000, 4_050_000, 2_490_000] };

let failed = false;
for (const [name, place] of Object.entries({ "EPSG:4326": grid, "EPSG:3035": other })) {
  const local = await run(place, cog, 1);
  for (const number of threads) {
    const server = await serve();
    const remote = await run(place, `http://127.0.0.1:${server.port}/cog.tif`, number);
    server.close();
    const share = server.sent / bytes;
    const same = Buffer.compare(local.csv, remote.csv) === 0;
    const good = same && share <= 0.03;
    failed ||= !good;
    console.log(
      `${name}, ${number} threads: ${megabytes(server.sent)} of ${megabytes(bytes)} MB in ${server.requests} requests, ` +
        `${(100 * share).toFixed(2)} % (target: at most 3 %); ${remote.seconds.toFixed(2)} s, CPU ${remote.cpuSeconds.toFixed(2)} s, ` +
        `peak ${megabytes(remote.peakBytes)} MB (local: ${local.seconds.toFixed(2)} s, CPU ${local.cpuSeconds.toFixed(2)} s); ` +
        `${same ? "the same bytes" : "OTHER BYTES"}${good ? "" : "  MISSED"}`,
    );
  }
}
process.exitCode = failed ? 1 : 0;

async function run(place, path, number) {
  const folder = join(values.folder, "run");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const config = {
    grid: place,
    datasets: { height: { path, type: "continuous", resample: "average" } },
    merge: { join: "all" },
    memory: { limit: "512MB" },
    export: { directory: "out" },
    threads: number,
  };
  writeFileSync(join(folder, "config.yml"), JSON.stringify(config));
  const measured = await quadrat(["run", "--config", join(folder, "config.yml")]);
  return { ...measured, csv: readFileSync(join(folder, "out/merged.csv")) };
}

/** Noise over a slope in int16, of which deflate leaves most. */
async function makeCog(path) {
  const raw = `${path}.bil`;
  const file = await open(raw, "w");
  let state = 1;
  const row = new Int16Array(size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      row[x] = ((x + y) >> 4) + (state >>> 21);
    }
    await file.write(new Uint8Array(row.buffer));
  }
  await file.close();
  const pixel = 12 / size;
  writeFileSync(
    `${path}.hdr`,
    `BYTEORDER I\nLAYOUT BIL\nNROWS ${size}\nNCOLS ${size}\nNBANDS 1\nNBITS 16\nPIXELTYPE SIGNEDINT\nULXMAP ${pixel / 2}\nULYMAP ${50 - pixel / 2}\nXDIM ${pixel}\nYDIM ${pixel}\n`,
  );
  const options = "-co COMPRESS=DEFLATE -co PREDICTOR=YES -co BLOCKSIZE=512 -co OVERVIEWS=IGNORE_EXISTING";
  execFileSync("gdal_translate", [
    "-q",
    "-of",
    "COG",
    "-a_srs",
    "EPSG:4326",
    ...options.split(" "),
    raw,
    path,
  ]);
  rmSync(raw);
  rmSync(`${path}.hdr`);
}

/** Ranges of the COG, counted. */
async function serve() {
  const counts = { sent: 0, requests: 0 };
  const server = createServer((request, response) => {
    counts.requests++;
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const [first, last] = [Number(from ?? 0), Math.min(Number(to ?? bytes), bytes - 1)];
    counts.sent += last + 1 - first;
    setTimeout(() => {
      response.writeHead(from === undefined ? 200 : 206, {
        ETag: `"${bytes}"`,
        "Content-Length": last + 1 - first,
        ...(from !== undefined && { "Content-Range": `bytes ${first}-${last}/${bytes}` }),
      });
      createReadStream(cog, { start: first, end: last }).pipe(response);
    }, latency);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(counts, {
    port: server.address().port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
}
