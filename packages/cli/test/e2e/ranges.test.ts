import { existsSync } from "node:fs";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  byPlace,
  command,
  compare,
  inFolder,
  readCsv,
  repository,
  run,
  shared,
  type Row,
} from "./support/quadrat.js";

interface Check {
  readonly kind: string;
  readonly file?: string;
  readonly expected?: string;
  readonly abs?: Readonly<Record<string, number>>;
  readonly text?: readonly string[];
  readonly slack?: Readonly<Record<string, readonly [number, number]>>;
  readonly row_slack?: number;
  readonly has?: readonly string[];
}

interface CaseRun {
  readonly experiment: string | null;
  readonly exit: number | readonly number[];
  readonly checks?: readonly Check[];
}

const cases = join(shared, "cases-pts");
const names = existsSync(cases) ? (await readdir(cases)).filter((name) => /^e\d/.test(name)) : [];

/** Rows of a CSV with quotes, by their coordinates. */
async function readQuoted(path: string): Promise<ReadonlyMap<string, Row>> {
  const text = (await readFile(path, "utf8")).replace(/\r\n/g, "\n");
  const [header, ...lines] = [...text.matchAll(/((?:"(?:[^"]|"")*"|[^",\n])*)([,\n])/g)].reduce<string[][]>(
    (rows, [, field, end]) => {
      const value = field!.startsWith('"') ? field!.slice(1, -1).replaceAll('""', '"') : field!;
      rows.at(-1)!.push(value);
      if (end === "\n") rows.push([]);
      return rows;
    },
    [[]],
  );
  const rows = lines.filter((fields) => fields.length === header!.length);
  return byPlace(rows.map((fields) => Object.fromEntries(header!.map((name, i) => [name, fields[i]!]))));
}

async function holds(
  folder: string,
  { kind, ...check }: Check,
  experiment: string,
  stderr: string,
): Promise<void> {
  if (kind === "text") {
    for (const pattern of check.has!) expect(stderr).toMatch(new RegExp(pattern, "is"));
    return;
  }
  const ours = await readQuoted(join(folder, "output", experiment, check.file!));
  const theirs = await readQuoted(join(folder, check.expected!));
  const columns = Object.keys([...theirs.values()][0]!);
  expect(Object.keys([...ours.values()][0]!).toSorted()).toEqual(columns.toSorted());
  expect(Math.abs(ours.size - theirs.size)).toBeLessThanOrEqual(check.row_slack ?? 0);
  for (const column of columns.slice(2)) {
    if (check.text?.includes(column)) {
      for (const [place, row] of theirs) expect(ours.get(place)?.[column]).toBe(row[column]);
      continue;
    }
    const tolerance = check.abs?.[column] ?? check.abs?.["*"] ?? 0;
    const { nullity, beyond } = compare(ours, column, theirs, column, tolerance);
    const [, share = 0] = check.slack?.[column] ?? [];
    const allowed = Math.max(check.row_slack ?? 0, Math.floor(share * theirs.size));
    expect({ column, ok: nullity + beyond <= allowed }).toEqual({ column, ok: true });
  }
}

describe.skipIf(names.length === 0)("cases of ranges", () => {
  it.each(names)("%s", async (name) => {
    await inFolder(async (folder) => {
      await cp(join(cases, name), folder, { recursive: true });
      const { runs } = JSON.parse(await readFile(join(folder, "case.json"), "utf8")) as { runs: CaseRun[] };
      for (const { experiment, exit, checks = [] } of runs) {
        const chosen = experiment === null ? [] : ["--experiment", experiment];
        const { code, stderr } = await command(["run", ...chosen], { cwd: folder });
        expect([exit].flat()).toContain(code);
        for (const check of checks) await holds(folder, check, experiment ?? "default", stderr);
      }
    });
  });
});

describe.skipIf(!existsSync(shared))(
  "case 11: cantons as GDAL, rasterio, terra and exactextract see them",
  () => {
    it("has the same cells and fractions", async () => {
      await inFolder(async (folder) => {
        const canton = {
          path: join(shared, "inputs/11-polygons/lux.shp"),
          kind: "ranges",
          species: "NAME_2",
        };
        const report = await run(folder, {
          grid: { crs: "EPSG:4326", resolution: 0.02, bounds: [5.7, 49.4, 6.56, 50.2] },
          merge: { join: "all" },
          datasets: {
            centre: { ...canton, expand: "species", fill: 0 },
            touched: { ...canton, expand: "species", rule: "touched", fill: 0 },
            cover: { ...canton, expand: "species", measure: "coverage", fill: 0 },
            richness: { ...canton, fill: 0 },
            half: { ...canton, rule: "coverage", fill: 0 },
          },
          export: { directory: "out" },
        });
        const ours = byPlace(await readCsv(report.files[0]!.path));
        const theirs = byPlace(await readCsv(join(shared, "cases/11-polygons/lux_002.csv.gz")));
        const own = new Map(
          Object.keys([...ours.values()][0]!).map((column) => [column.toLowerCase(), column]),
        );
        own.set("centre_richness", "richness").set("cover50_richness", "half");
        let compared = 0;
        for (const column of Object.keys([...theirs.values()][0]!)) {
          const [, name, rule] = /^(.+)_(centre|touched|cover|cover50)$/.exec(column) ?? [];
          const mine = own.get(`${rule}_${name}`);
          if (mine === undefined) continue;
          const { nullity, beyond } = compare(ours, mine, theirs, column, rule === "cover" ? 1e-5 : 0);
          expect({ column, nullity, beyond }).toEqual({ column, nullity: 0, beyond: 0 });
          compared++;
        }
        expect(compared).toBe(3 * 12 + 2);
      });
    });
  },
);

const square = (west: number, south: number, size: number): string =>
  JSON.stringify([
    [west, south],
    [west + size, south],
    [west + size, south + size],
    [west, south + size],
    [west, south],
  ]);

describe.skipIf(!existsSync(shared))("broken files of polygons", () => {
  it.each([
    ["v01_bowtie.geojson", 0, /1 ring that crosses itself/],
    [
      "v03_empty_and_null.geojson",
      0,
      /1 feature left out: no geometry[^]*2 features left out: empty geometry/,
    ],
    ["v05_lat_over_90.geojson", 0, /1 polygon with latitudes beyond 90 degrees/],
    ["v07_truncated.geojson", 2, /v07_truncated\.geojson: the file ends too early/],
    ["v09_hole_outside.geojson", 0, /1 hole outside of the polygon left out/],
    ["v11_crs_member_3035.geojson", 0, /6 rows|rows/],
    [
      "v13_header_size_bomb.fgb",
      2,
      /v13_header_size_bomb\.fgb: its header says that it has 4294967280 bytes/,
    ],
    ["v15_numparts_bomb.shp", 1, /v15_numparts_bomb\.shp: record 1: .*1073741824 parts/],
    ["p01_truncated.parquet", 2, /p01_truncated\.parquet: the Parquet file is truncated/],
  ] as const)("%s", async (name, exit, message) => {
    await inFolder(async (folder) => {
      const config = {
        grid: { crs: "EPSG:4326", resolution: 1, bounds: [-180, -90, 180, 90] },
        datasets: { value: { path: join(shared, "hostile", name), kind: "ranges" } },
        export: { directory: "out" },
      };
      const ended = await run(folder, config).then(
        () => 0,
        (error: unknown) => String(error),
      );
      if (exit !== 0) {
        expect(ended).toMatch(message);
        expect(ended).toContain(`ended with ${exit}`);
        expect(existsSync(join(folder, "out/merged.csv"))).toBe(false);
        return;
      }
      const { stderr, stdout } = await command(["run", "--fresh"], { cwd: folder });
      expect(stderr + stdout).toMatch(message);
    });
  });
});

describe("the example of the documentation", () => {
  it("gives what it says", async () => {
    const text = await readFile(join(repository, "docs/ranges.md"), "utf8");
    const example = text.slice(text.indexOf("## An example"));
    const block = (language: string): string =>
      new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(example)![1]!;
    await inFolder(async (folder) => {
      await writeFile(join(folder, "toucans.geojson"), block("json"));
      await writeFile(join(folder, "config.yml"), block("yaml"));
      const { code } = await command(["run"], { cwd: folder });
      expect(code).toBe(0);
      expect(await readFile(join(folder, "output/default/merged.csv"), "utf8")).toBe(block("csv"));
    });
  });
});

describe("polygons of a FeatureCollection", () => {
  const collection = (features: readonly string[]): string =>
    `{"type":"FeatureCollection","features":[${features.join(",")}]}`;
  const feature = (properties: object, ring: string): string =>
    `{"type":"Feature","properties":${JSON.stringify(properties)},"geometry":{"type":"Polygon","coordinates":[${ring}]}}`;
  const grid = { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 20, 10] };

  it("are chosen by a condition on their attributes", async () => {
    await inFolder(async (folder) => {
      await writeFile(
        join(folder, "p.geojson"),
        collection([
          feature({ s: "a", presence: 1, origin: 1 }, square(0, 0, 3)),
          feature({ s: "b", presence: 4, origin: 1 }, square(1, 1, 3)),
          feature({ s: "c", presence: 1, origin: null }, square(2, 2, 3)),
        ]),
      );
      const report = await run(folder, {
        grid,
        datasets: { r: { path: "p.geojson", species: "s", where: "presence = 1 AND origin IN (1, 2)" } },
      });
      expect(report.rows).toBe(9);
      const metadata = JSON.parse(
        await readFile(report.files[0]!.path.replace(/\.csv$/, ".metadata.json"), "utf8"),
      ) as { columns: { name: string; records?: { skipped: Record<string, number> } }[] };
      expect(metadata.columns.find(({ name }) => name === "r")!.records!.skipped).toEqual({
        "left out by `where`": 2,
      });
    });
  });

  it("of a layer and a value that do not exist are refused with the fields that there are", async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "p.geojson"), collection([feature({ s: "a", zone: 3 }, square(0, 0, 3))]));
      const failing = run(folder, {
        grid,
        datasets: { r: { path: "p.geojson", measure: "value", value: "zome" } },
      });
      await expect(failing).rejects.toThrow(/zome[^]*zone/);
      const layered = run(folder, { grid, datasets: { r: { path: "p.geojson", layer: "x" } } });
      await expect(layered).rejects.toThrow(/`layer` chooses a layer of a GeoPackage/);
    });
  });

  it("have the same bytes whatever the memory and the threads", async () => {
    await inFolder(async (folder) => {
      const features = Array.from({ length: 300 }, (_, i) =>
        feature(
          { s: `s${i % 40}`, z: `zone ${i % 7}` },
          square((i * 7) % 19, (i * 3) % 9, 1.3 + (i % 5) / 3),
        ),
      );
      await writeFile(join(folder, "p.geojson"), collection(features));
      const datasets = {
        richness: { path: "p.geojson", species: "s", rule: "touched" },
        share: { path: "p.geojson", measure: "coverage" },
        zone: { path: "p.geojson", measure: "value", value: "z" },
      };
      const fine = { ...grid, resolution: 0.05 };
      const bytes: string[] = [];
      for (const more of [
        { threads: 1 },
        { threads: 4 },
        { memory: { limit: "300MB" }, merge: { enable_streaming: true } },
      ]) {
        const report = await run(folder, { grid: fine, datasets, ...more }, ["--fresh"]);
        bytes.push(report.files[0]!.sha256);
      }
      expect(new Set(bytes).size).toBe(1);
    });
  });
});
