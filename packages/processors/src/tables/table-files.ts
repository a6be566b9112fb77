import { stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { DatasetConfig } from "@quadrat/core";
import { filesOfFolder, filesOfPattern, isPattern, naturalOrder } from "@quadrat/core/host";
import { openArchive } from "./archive/archive.js";
import { inputError } from "./faults.js";
import { tableFormat } from "./format.js";
import { partitionKeys, type PartitionKeys } from "./partitions.js";
import type { TextLayout } from "./text/layout.js";
import type { Packing } from "./text/packing.js";

/** One file of a table, or a text in an archive. */
export interface TableFile {
  /** What messages call it: its path, or that of its archive and its name in there. */
  readonly path: string;
  /** The path of the file or archive. */
  readonly disk: string;
  /** The keys in the names of its folders, which apply to all its records. */
  readonly keys: PartitionKeys;
  readonly kind: "text" | "parquet";
  /** How a text is packed. Default: not at all. */
  readonly packing?: Packing;
  /** How an archive describes a text. */
  readonly described?: TextLayout;
  /** How a text is quoted, unless the dataset says so. */
  readonly quoting?: DatasetConfig["quoting"];
}

/** All files of a table, in the order in which its records are counted. */
export interface TableFiles {
  readonly kind: TableFile["kind"];
  readonly files: readonly [TableFile, ...TableFile[]];
  readonly warnings: readonly string[];
}

/** The maximum number of files named in a message. */
const namedFiles = 3;

/**
 * The files that the path of a table refers to: one file, those of a folder and its subfolders, or those that a
 * pattern matches.
 * @throws QuadratError if there is none, if they are not tables, or if they do not all have the same format
 */
export async function findTableFiles(path: string): Promise<TableFiles> {
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isDirectory()) return fromFolder(path);
  if (facts || !isPattern(path)) return allOf(path, [path]);
  return fromPattern(path);
}

async function fromPattern(pattern: string): Promise<TableFiles> {
  const files = await filesOfPattern(pattern);
  // A pattern may match folders, such as year=*.
  const found = files.length > 0 ? files : await filesOfPattern(join(pattern, "**"));
  const marks = basename(pattern).startsWith("_");
  const kept = found.filter((file) => marks || !basename(file).startsWith("_"));
  if (kept.length > 0) return allOf(pattern, kept);
  throw inputError(pattern, "no file matches", {
    hint: "`*` matches any part of a name, `**` folders at any depth; paths are relative to the configuration file",
  });
}

async function allOf(path: string, paths: readonly string[]): Promise<TableFiles> {
  const files: TableFile[] = [];
  for (const file of paths) files.push(...(await tableFilesIn(file)));
  return ofOneKind(path, files, []);
}

async function tableFilesIn(path: string): Promise<readonly TableFile[]> {
  const keys = partitionKeys(path);
  const format = await tableFormat(path);
  if (format.kind !== "zip") return [{ path, disk: path, keys, ...format }];
  const texts = await openArchive(path);
  return texts.map((text) => ({ ...text, disk: path, keys, kind: "text" }));
}

/** The kinds of text in a folder; the first kind present is the table. */
const textNames = [/\.[ct]sv(\.gz)?$/i, /\.txt(\.gz)?$/i, /^[^.]+$/];

async function fromFolder(folder: string): Promise<TableFiles> {
  const paths = await filesOfFolder(folder);
  const chosen = await choose(folder, paths);
  const left = paths.filter((path) => !chosen.has(path));
  const names = left.slice(0, namedFiles).map((path) => relative(folder, path));
  const more = left.length > namedFiles ? ` and ${left.length - namedFiles} more` : "";
  const warnings =
    left.length > 0 ? [`files of the folder that are not part of the table: ${names.join(", ")}${more}`] : [];
  const files: TableFile[] = [];
  for (const path of [...chosen].sort(naturalOrder)) files.push(...(await tableFilesIn(path)));
  return ofOneKind(folder, files, warnings);
}

async function choose(folder: string, paths: readonly string[]): Promise<Set<string>> {
  const parquet: string[] = [];
  for (const path of paths) {
    if (/\.(parquet|pq)$/i.test(path) || (await isParquet(path))) parquet.push(path);
  }
  const texts = textNames.map((name) => paths.filter((path) => name.test(basename(path))));
  const [tables] = texts;
  // Text beside Parquet is relevant only if it looks like a table: then it is reported, not skipped.
  if (parquet.length > 0) return new Set([...parquet, ...tables!]);
  const first = texts.find((list) => list.length > 0);
  if (first) return new Set(first);
  throw inputError(folder, "this folder contains no table", {
    hint: "a table must be a CSV, TSV or Parquet file, or a folder of them",
  });
}

async function isParquet(path: string): Promise<boolean> {
  const format = await tableFormat(path).catch(() => undefined);
  return format?.kind === "parquet";
}

function ofOneKind(path: string, files: readonly TableFile[], warnings: readonly string[]): TableFiles {
  const [first, ...rest] = files;
  const other = rest.find(({ kind }) => kind !== first!.kind);
  if (!other) return { kind: first!.kind, files: [first!, ...rest], warnings };
  const name = (file: TableFile): string => relative(dirname(path), file.path);
  throw inputError(
    path,
    `the files are both Parquet and text: ${name(first!)} is ${kindName(first!)}, ${name(other)} is ${kindName(other)}`,
    { hint: "give a pattern that matches one of them, such as *.parquet" },
  );
}

function kindName({ kind }: TableFile): string {
  return kind === "parquet" ? "Parquet" : "text";
}

/** The files and archives on disk, each once. */
export function filesOnDisk(files: readonly TableFile[]): string[] {
  return [...new Set(files.map(({ disk }) => disk))];
}
