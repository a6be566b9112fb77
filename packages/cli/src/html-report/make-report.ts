import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  readOverview,
  withReader,
  writeWhole,
  type OpenReaderOptions,
  type StoreReader,
} from "@quadrat/core/host";
import type { Progress } from "@quadrat/core";
import { readAsset } from "./assets.js";
import type { OutputFacts } from "./context.js";
import { frameOf } from "./frame.js";
import { overlayOf } from "./overlay.js";
import { page, type PageAssets } from "./page.js";

export interface ReportOptions {
  readonly store: string;
  readonly output: string;
  readonly reader: OpenReaderOptions;
  readonly progress: Progress;
  /** May refuse the output, before the store is read. */
  readonly check?: (reader: StoreReader) => Promise<void>;
}

export interface ReportFacts {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Larger pages are slow to send, and to open. */
const mostBytes = 3_000_000;

/** Makes the page about a store, which appears under its name when it is complete. */
export async function makeReport({
  store,
  output,
  reader,
  progress,
  check,
}: ReportOptions): Promise<ReportFacts> {
  const assets: PageAssets = { script: await readAsset("page.js"), style: await readAsset("page.css") };
  const overview = await withReader(store, reader, async (opened) => {
    await check?.(opened);
    return readOverview(opened);
  });
  const frame = frameOf(overview.grid, overview.table.shape);
  const outputs = await readOutputs(
    join(dirname(store), `${overview.run.config.export.name}.metadata.json`),
    overview.run.experiment,
  );
  const context = { overview, frame, overlay: await overlayOf(frame), outputs, lean: false };
  let text = await page(context, assets);
  if (Buffer.byteLength(text) > mostBytes) text = await page({ ...context, lean: true }, assets);
  const facts = await writeWhole(
    output,
    (temporary) => writeFile(temporary, text),
    progress,
    "choose another file with --output",
  );
  return { path: output, bytes: facts.bytes, sha256: facts.sha256 };
}

/** What the metadata beside a store say about the files of the last run; undefined if they are of another one. */
async function readOutputs(path: string, experiment: string): Promise<OutputFacts | undefined> {
  if (!existsSync(path)) return undefined;
  try {
    const metadata = JSON.parse(await readFile(path, "utf8")) as {
      readonly experiment?: string;
      readonly quadrat?: { readonly duckdb?: string };
      readonly files?: OutputFacts["files"];
    };
    if (metadata.experiment !== experiment) return undefined;
    return { duckdb: metadata.quadrat?.duckdb, files: metadata.files ?? [] };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
