import { mkdtempSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Grid,
  isQuadratError,
  type CellReport,
  type DatasetConfig,
  type QuadratError,
  type Store,
} from "@quadrat/core";
import { DuckDbStore } from "@quadrat/core/host";
import { afterAll, beforeAll } from "vitest";
import { openTable } from "../../src/tables/open-table.js";

export const fixtures = fileURLToPath(new URL("../fixtures/tables/", import.meta.url));
/** Data that is not part of the repository. */
export const shared = fileURLToPath(new URL("../../../../../shared/data/", import.meta.url));

/** The grid of most fixtures. */
export const alps = new Grid({ crs: "EPSG:4326", resolution: [0.25, 0.25], bounds: [5, 45, 11, 51] });

export interface Bench {
  readonly store: Store;
  readonly folder: string;
  /** Writes a file into the bench's folder and returns its path. */
  put(name: string, content: string | Uint8Array): Promise<string>;
  /** Puts a table on a grid and returns its cells and report. */
  lay(path: string, dataset?: Partial<DatasetConfig>, how?: How): Promise<Laid>;
  /** The error that {@link lay} ends with. */
  refusal(path: string, dataset?: Partial<DatasetConfig>, how?: How): Promise<QuadratError>;
}

export interface How {
  readonly grid?: Grid;
  /** Instead of the bench's own, on the same file. */
  readonly store?: Store;
  readonly signal?: AbortSignal;
  /** What the source may use besides DuckDB's memory. */
  readonly memoryBytes?: number;
}

export interface Laid {
  /** Rows of the table in its own order. */
  readonly cells: readonly (readonly [cell: number, value: number])[];
  readonly report: CellReport;
  readonly dataType: string;
}

const defaults = {
  kind: "occurrences",
  type: "continuous",
  band: 1,
  scaled: true,
  overviews: "none",
  strict: false,
  x: "decimalLongitude",
  y: "decimalLatitude",
} as const;

/** A store in a folder of its own, for all tests of a file. */
export function useBench(memoryBytes = 2 ** 28): Bench {
  const folder = mkdtempSync(join(tmpdir(), "quadrat-tables-"));
  let store: Store;
  beforeAll(async () => {
    store = await DuckDbStore.open(join(folder, "bench.duckdb"), {
      memoryBytes,
      threads: 2,
      temporaryDirectory: join(folder, "spill"),
    });
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const lay: Bench["lay"] = async (
    path,
    dataset = {},
    { grid = alps, signal, store: other = store, memoryBytes } = {},
  ) => {
    const request = { name: "points", path, dataset: { ...defaults, path, ...dataset } };
    const source = await openTable(request);
    const target = {
      grid,
      store: other,
      table: '"main"."points"',
      signal: signal ?? new AbortController().signal,
      ...(memoryBytes !== undefined && { memoryBytes }),
    };
    const report = await source.stage(target);
    await source.close();
    // Of several columns this has a row for each of them.
    const rows = await store.rows<{ cell: bigint; value: number }>("SELECT cell, value FROM points");
    const cells = rows.map(({ cell, value }) => [Number(cell), value] as const);
    return { cells, report, dataType: source.dataType };
  };
  return {
    get store() {
      return store;
    },
    folder,
    async put(name, content) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      return path;
    },
    lay,
    async refusal(path, dataset, how) {
      try {
        await lay(path, dataset, how);
      } catch (error) {
        if (isQuadratError(error)) return error;
        throw error;
      }
      throw new Error(`${path} was not refused`);
    },
  };
}

/** The records of a CSV without quotes, as objects. */
export function readPlainCsv(path: string): Record<string, string>[] {
  const [header = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => {
    const fields = line.split(",");
    return Object.fromEntries(names.map((name, index) => [name, fields[index] ?? ""]));
  });
}
