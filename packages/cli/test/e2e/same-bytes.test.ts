import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { command, filesIn, quadrat, run, type Configuration } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

let inputs: string;
let folders = 0;

/** Smooth values with holes, from integers alone. */
const wave = (col: number, row: number): number =>
  (col * 7 + row * 13) % 41 === 0 ? -9999 : Math.fround(((col * 31 + row * 17) % 1000) / 7 + col / 100);

beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-bytes-"));
  await writeTiff(join(inputs, "fine.tif"), {
    width: 900,
    height: 700,
    epsg: 4326,
    geographic: true,
    origin: [0, 45],
    pixel: [0.02, 0.02],
    nodata: -9999,
    value: wave,
  });
  await writeTiff(join(inputs, "metres.tif"), {
    width: 500,
    height: 500,
    epsg: 3857,
    geographic: false,
    origin: [-200_000, 5_700_000],
    pixel: [4000, 4000],
    nodata: -9999,
    value: wave,
  });
  const points = Array.from(
    { length: 4000 },
    (_, i) => `${((i * 7919) % 2900) / 100},${30 + ((i * 104_729) % 1600) / 100},${(i % 97) / 7},sp${i % 11}`,
  );
  await writeFile(
    join(inputs, "points.csv"),
    `decimalLongitude,decimalLatitude,mass,species\n${points.join("\n")}\n`,
  );
});
afterAll(() => rm(inputs, { recursive: true }));

const base = {
  grid: { crs: "EPSG:4326", resolution: 0.1, bounds: [-1, 28, 29, 46] },
  datasets: {
    fine: { path: "fine.tif", type: "continuous" },
    "fine cubic": { path: "fine.tif", resample: "cubic" },
    metres: { path: "metres.tif", resample: "average", fill: -1 },
    metres_med: { path: "metres.tif", resample: "med" },
    richness: { path: "points.csv", species: "species", measure: "species" },
    mass: { path: "points.csv", value: "mass", measure: "mean" },
  },
} satisfies Configuration;

interface Way {
  readonly streaming: boolean;
  readonly chunk: number;
  readonly window: number;
  /** Undefined: as Quadrat chooses, which for so little work is none besides the main thread. */
  readonly threads: number | undefined;
  readonly limit: string;
  readonly join: "outer" | "all";
}

function configuration(way: Way, directory: string): Configuration {
  return {
    ...base,
    resampling: { window_size: way.window },
    merge: { join: way.join, enable_streaming: way.streaming, streaming_chunk_size: way.chunk },
    export: {
      formats: ["csv", { use: "csv", compress: true }, "parquet", "arrow", "geoparquet", "geotiff"],
      directory,
    },
    memory: { limit: way.limit },
    ...(way.threads !== undefined && { threads: way.threads }),
  };
}

/** SHA-256 of every output by file name, the metadata included. */
async function hashes(way: Way): Promise<Record<string, string>> {
  const directory = `out-${folders++}`;
  const report = await run(inputs, configuration(way, directory));
  const found = report.files.map(({ path, sha256 }) => [path.split("/").at(-1)!, sha256]);
  const metadata = await readFile(join(inputs, directory, "merged.metadata.json"), "utf8");
  return Object.fromEntries([...found, ["metadata", metadata]]) as Record<string, string>;
}

const way = fc.record({
  streaming: fc.boolean(),
  chunk: fc.constantFrom(100, 5000, 77_777),
  window: fc.constantFrom(256, 300, 2048),
  threads: fc.constantFrom(undefined, 1, 2),
  limit: fc.constantFrom("600MB", "2GB"),
});

describe("the bytes of every output", () => {
  it.each(["outer", "all"] as const)("are the same however the work is cut up (join: %s)", async (join) => {
    const plain = await hashes({
      streaming: false,
      chunk: 5000,
      window: 2048,
      threads: 2,
      limit: "2GB",
      join,
    });
    expect(Object.keys(plain).sort()).toEqual([
      "merged.arrow",
      "merged.csv",
      "merged.csv.gz",
      "merged.geoparquet",
      "merged.parquet",
      "merged.tif",
      "metadata",
    ]);
    await fc.assert(
      fc.asyncProperty(way, async (other) => {
        expect(await hashes({ ...other, join })).toEqual(plain);
      }),
      {
        numRuns: 5,
        examples: [
          [{ streaming: true, chunk: 100, window: 256, threads: 1, limit: "600MB" }],
          [{ streaming: false, chunk: 5000, window: 300, threads: undefined, limit: "600MB" }],
        ],
        endOnFailure: true,
      },
    );
  });

  it("are the same after any number of interruptions, and nothing partial is left in between", async () => {
    const calm: Way = { streaming: true, chunk: 5000, window: 256, threads: 1, limit: "2GB", join: "all" };
    const plain = await hashes(calm);
    const file = join(inputs, "interrupted.yml");
    await writeFile(file, JSON.stringify(configuration(calm, "interrupted")));
    for (const moment of [/fine/, /metres/, /export/]) {
      const ended = await quadrat(["run", "--config", file], { signalAfter: moment });
      expect([0, 130]).toContain(ended.code);
      expect(ended.stderr).not.toMatch(/^\s+at .*\(/m);
      expect((await filesIn(join(inputs, "interrupted"))).filter((name) => name.includes("partial"))).toEqual(
        [],
      );
    }
    const report = JSON.parse((await command(["run", "--config", file, "--json"])).stdout) as {
      files: { path: string; sha256: string }[];
    };
    for (const { path, sha256 } of report.files) expect(sha256).toBe(plain[path.split("/").at(-1)!]);
  });
});
