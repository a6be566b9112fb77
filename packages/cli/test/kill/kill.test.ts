import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTiff } from "../e2e/support/tiff.js";
import { writeConfig, writeInputs, type Configuration } from "../shards/support.js";
import { killed, numbers, summaryOf, tableOf, undisturbed, type Round, type Way } from "./rounds.js";

// Run by `npm run test:kill` with other numbers, and then with a table.
const times = Number(process.env["QUADRAT_KILLS"] ?? 10);
const seed = Number(process.env["QUADRAT_KILL_SEED"] ?? 16);
const told = process.env["QUADRAT_KILLS"] !== undefined;
/** Less to do at each moment of the ten, of which there are as many kinds. */
const [pixels, resolution] = told ? [2000, 0.025] : [1000, 0.05];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-kill-"));
  await writeInputs(folder);
  await writeTiff(join(folder, "big.tif"), {
    width: pixels,
    height: pixels,
    epsg: 3857,
    geographic: false,
    origin: [-200_000, 5_700_000],
    pixel: [2_400_000 / pixels, 2_400_000 / pixels],
    nodata: -9999,
    value: (col, row) => ((col * 7 + row * 13) % 41 === 0 ? -9999 : (col * 31 + row * 17) % 1000),
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** So many that one is a small part of the work. Each is committed as a whole, or in the parts that the ledger has. */
const datasets = {
  average: { path: "big.tif", resample: "average" },
  bilinear: { path: "big.tif", resample: "bilinear" },
  cubic: { path: "big.tif", resample: "cubic" },
  largest: { path: "big.tif", resample: "max" },
  near: { path: "big.tif", resample: "near" },
  fine: { path: "fine.tif" },
  fine_cubic: { path: "fine.tif", resample: "cubic" },
  classes: { path: "classes.tif", type: "categorical" },
  richness: { path: "points.csv", species: "species", measure: "species", keep: ["mass"] },
  mass: { path: "points.csv", value: "mass", measure: "mean" },
};
const names = new Set(Object.keys(datasets));

const study = (directory: string): Configuration => ({
  grid: { crs: "EPSG:4326", resolution, bounds: [-1, 28, 29, 46] },
  datasets,
  merge: { join: "inner" },
  export: { formats: ["csv", "parquet", "arrow", "geoparquet", "geotiff"], directory },
  prediction: { learn: false },
  threads: 1,
});

async function ways(): Promise<Way[]> {
  const plan = join(folder, "plan");
  const outputs = (name: string): string => join(folder, name);
  const config = async (name: string): Promise<string[]> => [
    "--config",
    await writeConfig(folder, `${name}.yml`, study(name)),
  ];
  const results = /^(merged\.(csv|parquet|arrow|geoparquet|tif|metadata\.json)|quadrat\.duckdb)$/;
  return [
    {
      name: "single",
      steps: [{ args: ["run", ...(await config("single"))] }],
      outputs: outputs("single"),
      folders: [outputs("single")],
      clean: [[outputs("single"), results]],
    },
    {
      name: "shards",
      steps: [
        {
          args: ["shard", "plan", plan, "--shards", "2", ...(await config("shards"))],
          afresh: plan,
        },
        { args: ["shard", "run", plan, "--index", "0"] },
        { args: ["shard", "run", plan, "--index", "1"] },
        { args: ["shard", "collect", plan] },
      ],
      outputs: outputs("shards"),
      folders: [plan, outputs("shards")],
      clean: [
        [outputs("shards"), results],
        [join(plan, "work"), /^$/],
        [join(plan, "shards"), /^0000[01]\.shard$/],
      ],
    },
  ];
}

describe("a run that is killed", () => {
  it(
    `goes on until it is done, and nothing is lost or left (${times} times)`,
    { timeout: 60_000 * times },
    async () => {
      const random = numbers(seed);
      const both = await ways();
      const usual = [];
      for (const way of both) usual.push(await undisturbed(way, names));
      expect(usual[1]!.hashes).toEqual(usual[0]!.hashes);
      expect(Object.keys(usual[0]!.hashes)).toHaveLength(6);
      const rounds: Round[] = [];
      const count = (): number => rounds.reduce((sum, { kills }) => sum + kills.length, 0);
      // Spread over all of a way's time, a moment in each slice of it.
      const slices = Math.max(1, Math.ceil(times / 2));
      for (let round = 0; count() < times; round++) {
        const which = round % 2;
        const slice = Math.floor(round / 2) % slices;
        const moment = (slice + random.next().value) / slices;
        const again = random.next().value;
        const second = times - count() > 1 && again < 0.3 ? again / 0.3 : undefined;
        const made = await killed(both[which]!, usual[which]!, names, moment, second);
        rounds.push(made);
        if (told) console.log(tableOf([made]).split("\n").slice(1).join("\n"));
      }
      if (told) console.log(`\n${tableOf(rounds)}\n\n${summaryOf(rounds)}`);
      expect(rounds.flatMap(({ faults }) => faults)).toEqual([]);
      // By then everything is staged, whenever that is on this machine.
      const late = rounds.filter(
        ({ way, kills }) => way === "single" && kills.some(({ stage }) => /^(merge|export)/.test(stage)),
      );
      expect(late.filter(({ resumed }) => !resumed)).toEqual([]);
    },
  );
});
