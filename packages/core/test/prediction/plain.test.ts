import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Catalogue, type DatasetEntry } from "../../src/index.js";
import { DuckDbStore } from "../../src/host.js";
import { isPlain } from "../../src/prediction/plain.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-plain-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const cells = 16 * 122_880;

/** Bytes of a store that has a dense dataset with the values of a SQL expression of the cell `i`. */
async function sizeOf(name: string, value: string, plain: boolean): Promise<number> {
  const path = join(folder, `${name}-${plain ? "plain" : "packed"}.duckdb`);
  const options = { memoryBytes: 200e6, threads: 1, temporaryDirectory: folder };
  const store = await DuckDbStore.open(path, options);
  const catalogue = await Catalogue.open(store);
  if (plain) catalogue.keepPlain(new Set([name]));
  const what = {
    path: "a.tif",
    driver: "geotiff",
    method: "near",
    dataType: "float32",
    layout: "dense",
  } as const;
  const entry: DatasetEntry = { ...what, name, position: 0, key: "1" };
  await catalogue.start(entry);
  await store.exec(
    `INSERT INTO dense.${name} SELECT (${value})::FLOAT FROM range(${cells}) AS t(i) ORDER BY i`,
  );
  await store.exec("CHECKPOINT");
  const kinds = await store.rows<{ compression: string }>(
    `SELECT DISTINCT compression FROM pragma_storage_info('dense.${name}') WHERE segment_type = 'FLOAT'`,
  );
  if (plain) expect(kinds).toEqual([{ compression: "Uncompressed" }]);
  await store.close();
  return (await stat(path)).size;
}

// Noise to the last bit, from DuckDB's hash; NULL in so many of a thousand cells, or of the thousand that follow each other.
const digits = "(hash(i) % 16777216) / 16777.216 + 0.0001";
const scattered = (share: number): string =>
  `CASE WHEN hash(i + 7) % 1000 >= ${share * 1000} THEN ${digits} END`;
const inRuns = (share: number): string => `CASE WHEN i % 1000 >= ${share * 1000} THEN ${digits} END`;

describe("a column that had better be stored as it is", () => {
  const column = { name: "", kind: "raster", bytes: 4, storedBytes: 4, characters: 8, reads: 1 } as const;

  it.each([
    { name: "full", value: digits, share: 0, noise: true, plain: true },
    { name: "few_nulls", value: inRuns(0.2), share: 0.2, noise: true, plain: true },
    { name: "scattered_nulls", value: scattered(0.35), share: 0.35, noise: true, plain: true },
    { name: "more_nulls", value: inRuns(0.45), share: 0.45, noise: true, plain: true },
    { name: "many_nulls", value: inRuns(0.7), share: 0.7, noise: true, plain: false },
    { name: "few_digits", value: "(hash(i) % 1000) / 10", share: 0, noise: false, plain: false },
  ])("is one that DuckDB makes hardly smaller: $name", async ({ name, value, share, noise, plain }) => {
    const values = Math.round((1 - share) * cells);
    expect(isPlain({ ...column, values, noise }, cells)).toBe(plain);
    const ratio = (await sizeOf(name, value, false)) / (await sizeOf(name, value, true));
    if (plain) expect(ratio).toBeGreaterThan(0.8);
    else expect(ratio).toBeLessThan(0.75);
  });
});
