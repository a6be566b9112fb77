import { stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { placeOf } from "../config/places.js";
import type { Path } from "../config/tree.js";
import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import { withoutPlaceholders } from "../files/named-pattern.js";
import { isPattern, matchesPattern } from "../files/pattern.js";
import { isAddress } from "../remote/address.js";
import { identityOf } from "./same-file.js";

/** A file that the run reads or writes, with the key that names it. */
interface RunFile {
  readonly what: string;
  readonly path: string;
  readonly key: Path;
  /** How to choose another file. */
  readonly change: string;
}

/** The default store of a run. */
export function defaultStore(config: Config): string {
  return join(config.export.directory, "quadrat.duckdb");
}

/** The page that `export.report` asks for. */
export function reportPath(config: Config): string {
  return join(config.export.directory, "report.html");
}

export function metadataPath(config: Config): string {
  return join(config.export.directory, `${config.export.name}.metadata.json`);
}

/**
 * Refuses to overwrite an input, the configuration, or another output, also through links, and to write where a
 * folder is.
 * @param outputs what the exporters will write
 * @throws QuadratError of kind "usage" or, for a folder, "output"; nothing has been touched
 */
export async function checkTargets(
  config: Config,
  outputs: readonly { readonly path: string; readonly format: string }[],
  store: string | undefined,
): Promise<void> {
  const taken = new Map<string, RunFile>();
  for (const file of inputsOf(config)) taken.set(await identityOf(file.path), file);
  for (const target of targetsOf(config, outputs, store)) {
    const identity = await identityOf(target.path);
    const other = taken.get(identity);
    if (other) throw clash(config, target, other);
    taken.set(identity, target);
    await refuseFolder(config, target);
  }
}

/**
 * Refuses to write into an input that is a folder or a pattern: the next run would read it there. Inputs that can't be
 * read at all have been reported before.
 * @throws QuadratError of kind "usage"; nothing has been touched
 */
export function refuseTargetsInInputs(
  config: Config,
  outputs: readonly { readonly path: string; readonly format: string }[],
  store: string | undefined,
): void {
  for (const target of targetsOf(config, outputs, store)) {
    const reader = inputsOf(config).find(({ path }) => wouldRead(path, target.path));
    if (reader) throw inside(config, target, reader);
  }
}

function inputsOf(config: Config): RunFile[] {
  const files = Object.entries(config.datasets).filter(([, { kind }]) => kind !== "query");
  const datasets = files.map(([name, { path, kind }]) => ({
    what: `the input of dataset ${name}`,
    path: kind === "raster" ? withoutPlaceholders(path) : path,
    key: ["datasets", name, "path"],
  }));
  const { like } = config.grid;
  const grid = like === undefined ? [] : [{ what: "the grid's raster", path: like, key: ["grid", "like"] }];
  const mask =
    config.mask === undefined ? [] : [{ what: "the mask", path: config.mask.path, key: ["mask", "path"] }];
  const own = { what: "the configuration", path: config.file, key: [] };
  const all = [own, ...grid, ...mask, ...datasets];
  return all.filter(({ path }) => !isAddress(path)).map((file) => ({ ...file, change: "" }));
}

/** Whether an input that is a folder or a pattern would include the file in the next run. */
function wouldRead(input: string, target: string): boolean {
  if (target.startsWith(input + sep)) return true;
  return isPattern(input) && matchesPattern(input, target);
}

function targetsOf(
  config: Config,
  outputs: readonly { readonly path: string; readonly format: string }[],
  store: string | undefined,
): RunFile[] {
  const change = "choose another `export.name` or `export.directory`";
  const key = ["export"];
  return [
    store === undefined
      ? { what: "the store", path: defaultStore(config), key, change: "choose another `export.directory`" }
      : { what: "the store", path: store, key: [], change: "choose another file with --store" },
    ...outputs.map(({ path, format }) => ({ what: `the output of ${format}`, path, key, change })),
    { what: "the metadata", path: metadataPath(config), key, change },
  ];
}

function inside(config: Config, target: RunFile, input: RunFile): QuadratError {
  const message = `${target.what} would be inside ${input.what} and be read as a part of it: ${target.path}`;
  return new QuadratError("usage", message, {
    hint: target.change,
    place: { ...(target.key.length > 0 ? placeOf(config, target.key) : {}) },
  });
}

function clash(config: Config, target: RunFile, other: RunFile): QuadratError {
  const places = target.path === other.path ? target.path : `${target.path}, the same file as ${other.path}`;
  const changes = [...new Set([target.change, other.change])].filter(Boolean);
  return new QuadratError("usage", `${target.what} would overwrite ${other.what}: ${places}`, {
    hint: changes.join(", or "),
    place: { ...(target.key.length > 0 ? placeOf(config, target.key) : {}) },
  });
}

async function refuseFolder(config: Config, { what, path, key, change }: RunFile): Promise<void> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts || facts.isFile()) return;
  const found = facts.isDirectory() ? "a folder" : "something that is not a file";
  throw new QuadratError("output", `${what} can't be written: ${path} is ${found}`, {
    hint: `remove or rename what exists there, or ${change}`,
    place: { ...(key.length > 0 ? { key: placeOf(config, key).key! } : {}) },
  });
}
