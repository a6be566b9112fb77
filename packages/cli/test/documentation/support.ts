import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { command, readCsv, repository, type Configuration, type Row } from "../e2e/support/quadrat.js";
import { writeTiff } from "../e2e/support/tiff.js";

/** The blocks of a page in a language, in their order. */
export async function blocks(page: string, language = "yaml"): Promise<string[]> {
  const text = await readFile(join(repository, "docs", page), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"))].map(
    ([, block]) => block!,
  );
}

/** The block of a page that has a text in it. */
export async function example(page: string, part: string, language = "yaml"): Promise<string> {
  const found = (await blocks(page, language)).filter((block) => block.includes(part));
  expect(found, `blocks of ${page} with ${part}`).toHaveLength(1);
  return found[0]!;
}

export async function put(folder: string, file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), content);
}

/** Records as CSV with coordinates first. */
export function recordsText(
  names: readonly string[],
  records: readonly (readonly (string | number)[])[],
): string {
  return [["decimalLongitude", "decimalLatitude", ...names], ...records]
    .map((row) => `${row.join(",")}\n`)
    .join("");
}

/** A raster of whole degrees or parts of them, from its north-western corner. */
export async function putRaster(
  folder: string,
  file: string,
  {
    width,
    height,
    origin,
    pixel = 1,
  }: {
    readonly width: number;
    readonly height: number;
    readonly origin: readonly [number, number];
    readonly pixel?: number;
  },
  value: (col: number, row: number) => number,
): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeTiff(join(folder, file), {
    ...{ width, height, epsg: 4326, geographic: true, origin, pixel: [pixel, pixel], nodata: -9999 },
    value,
  });
}

export interface Tried {
  readonly stderr: string;
  readonly names: readonly string[];
  /** By `x y`. */
  readonly rows: ReadonlyMap<string, Row>;
}

/** Runs an example as it stands in the page, with what else a run needs: its grid, and where to write. */
export async function tried(folder: string, yaml: string, more: Configuration): Promise<Tried> {
  const others = { export: { directory: "out" }, prediction: { learn: false }, ...more };
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  const lines = given.map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  await writeFile(join(folder, "config.yml"), lines.join("") + yaml);
  const { code, stderr } = await command(["run"], { cwd: folder });
  expect(code, stderr).toBe(0);
  const rows = await readCsv(join(folder, "out/merged.csv"));
  return {
    stderr,
    names: Object.keys(rows[0]!),
    rows: new Map(rows.map((row) => [`${row["x"]} ${row["y"]}`, row])),
  };
}

/** A column by place, without the cells that have no value. */
export function valuesOf({ rows }: Tried, column: string): Record<string, number> {
  return Object.fromEntries(
    [...rows].flatMap(([place, row]) => (row[column] === "" ? [] : [[place, Number(row[column])]])),
  );
}
