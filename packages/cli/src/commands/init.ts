import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { QuadratError } from "@quadrat/core";
import { parseConfig } from "@quadrat/core/host";
import { createRegistry } from "../host.js";
import { datasetName } from "../init/dataset-name.js";
import { propose, proposeSeries } from "../init/propose.js";
import type { Proposal } from "../init/propose.js";
import { scanFolder, type FoundFile } from "../init/scan.js";
import { findSeries } from "../init/series.js";
import { configText } from "../init/template.js";
import type { Output } from "../output.js";
import { tableText } from "../table.js";
import { counted } from "../units.js";

/** Writes `config.yml` into a folder, from the files found there. */
export async function run({ folder = "." }: { readonly folder?: string }, output: Output): Promise<void> {
  const file = join(folder, "config.yml");
  refuseExisting(file);
  const found = await scanFolder(folder);
  const registry = await createRegistry();
  const proposals: Proposal[] = [];
  const inSeries = new Map(
    findSeries(found).flatMap((series) => series.files.map((file) => [file, series] as const)),
  );
  const take = (path: string): string => datasetName(path, new Set(proposals.map(({ name }) => name)));
  const done = new Set<FoundFile>();
  for (const one of found) {
    if (done.has(one)) continue;
    const series = inSeries.get(one);
    const together = series && (await proposeSeries(series, take(series.pattern), resolve(folder), registry));
    if (together) proposals.push(together);
    else proposals.push(await propose(one, take(one.path), resolve(folder), registry));
    for (const file of together ? series.files : [one]) done.add(file);
    // A series of which a file can't be used is proposed file by file.
    if (series && !together) for (const file of series.files) inSeries.delete(file);
  }
  const usable = proposals.filter(({ usable }) => usable);
  if (usable.length === 0) throw nothingFound(folder, proposals);

  const text = configText(proposals);
  parseConfig(text, { file });
  await writeFile(file, text, { flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
    refuseExisting(file);
    throw new QuadratError("output", `${file} can't be written: ${cause.message}`, { cause });
  });
  output.result(output.json ? jsonText(file, proposals) : summaryText(file, proposals));
}

function refuseExisting(file: string): void {
  if (!existsSync(file)) return;
  throw new QuadratError("usage", `${file} exists already`, {
    hint: "it is never overwritten: move it, or name another folder",
  });
}

function nothingFound(folder: string, proposals: readonly Proposal[]): QuadratError {
  const reasons = proposals.map(({ path, reason }) => `\n  ${path}: ${reason}`).join("");
  const message =
    proposals.length > 0
      ? `no file in ${folder} can be used:${reasons}`
      : `there are no rasters or tables in ${folder}`;
  return new QuadratError("usage", message, {
    hint: "put GeoTIFF, CSV, TSV or Parquet files there, or name the folder that has them",
  });
}

function summaryText(file: string, proposals: readonly Proposal[]): string {
  const used = proposals.filter(({ usable }) => usable);
  const left = proposals.filter(({ usable }) => !usable);
  const option = relative(".", file) === "config.yml" ? "" : ` --config ${file}`;
  const lines = [
    `wrote ${file}: ${counted(used.length, "dataset")}`,
    ...tableText(used.map(({ name, path, usable }) => [name, path, usable!.facts])).map(
      (line) => `  ${line}`,
    ),
    ...(left.length > 0 ? ["left out, but kept as comments:"] : []),
    ...left.map(({ path, reason }) => `  ${path}: ${reason}`),
    `next: quadrat validate${option}`,
  ];
  return `${lines.join("\n")}\n`;
}

function jsonText(file: string, proposals: readonly Proposal[]): string {
  const datasets = proposals
    .filter(({ usable }) => usable)
    .map(({ name, path, kind }) => ({ name, path, kind }));
  const left = proposals.filter(({ usable }) => !usable).map(({ path, reason }) => ({ path, reason }));
  return `${JSON.stringify({ file: resolve(file), datasets, left_out: left }, null, 2)}\n`;
}
