import { stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { filesOfFolder, filesOfPattern, isPattern, naturalOrder } from "@quadrat/core/host";
import { inputError } from "./faults.js";
import { tableFormat, type TableFormat } from "./format.js";
import { partitionKeys, type PartitionKeys } from "./partitions.js";

/** One file of a table. */
export interface TableFile {
  readonly path: string;
  /** What the names of its folders say of all its records. */
  readonly keys: PartitionKeys;
  readonly format: TableFormat;
}

/** All files that a table is read from, in the order in which its records are counted. */
export interface TableFiles {
  readonly kind: TableFormat["kind"];
  readonly files: readonly [TableFile, ...TableFile[]];
  readonly warnings: readonly string[];
}

/** Files that a message names at most. */
const namedFiles = 3;

/**
 * The files that the path of a table stands for: one file, those of a folder and the folders in it, or those that a
 * pattern matches.
 * @throws QuadratError when there is none, when they are not tables, or when they are not all of one format
 */
export async function findTableFiles(path: string): Promise<TableFiles> {
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isDirectory()) return fromFolder(path);
  if (facts || !isPattern(path)) return allOf(path, [path]);
  return fromPattern(path);
}

async function fromPattern(pattern: string): Promise<TableFiles> {
  const files = await filesOfPattern(pattern);
  // A pattern may stand for folders, such as year=*.
  const found = files.length > 0 ? files : await filesOfPattern(join(pattern, "**"));
  const marks = basename(pattern).startsWith("_");
  const kept = found.filter((file) => marks || !basename(file).startsWith("_"));
  if (kept.length > 0) return allOf(pattern, kept);
  throw inputError(pattern, "no file matches", {
    hint: "`*` stands for any part of a name, `**` for folders however deep; paths are relative to the configuration file",
  });
}

async function allOf(path: string, paths: readonly string[]): Promise<TableFiles> {
  const files: TableFile[] = [];
  for (const file of paths) files.push(await tableFile(file));
  return ofOneKind(path, files, []);
}

async function tableFile(path: string): Promise<TableFile> {
  return { path, keys: partitionKeys(path), format: await tableFormat(path) };
}

/** What a folder of text may hold; the first kind that there is makes the table. */
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
  for (const path of [...chosen].sort(naturalOrder)) files.push(await tableFile(path));
  return ofOneKind(folder, files, warnings);
}

async function choose(folder: string, paths: readonly string[]): Promise<Set<string>> {
  const parquet: string[] = [];
  for (const path of paths) {
    if (/\.(parquet|pq)$/i.test(path) || (await isParquet(path))) parquet.push(path);
  }
  const texts = textNames.map((name) => paths.filter((path) => name.test(basename(path))));
  const [tables] = texts;
  // Text beside Parquet is part of the table only where it looks like one: then it is told, not passed by.
  if (parquet.length > 0) return new Set([...parquet, ...tables!]);
  const first = texts.find((list) => list.length > 0);
  if (first) return new Set(first);
  throw inputError(folder, "there is no table in this folder", {
    hint: "a table is a CSV, TSV or Parquet file, or a folder of them",
  });
}

async function isParquet(path: string): Promise<boolean> {
  const format = await tableFormat(path).catch(() => undefined);
  return format?.kind === "parquet";
}

function ofOneKind(path: string, files: readonly TableFile[], warnings: readonly string[]): TableFiles {
  const [first, ...rest] = files;
  const other = rest.find(({ format }) => format.kind !== first!.format.kind);
  if (!other) return { kind: first!.format.kind, files: [first!, ...rest], warnings };
  const name = (file: TableFile): string => relative(dirname(path), file.path);
  throw inputError(
    path,
    `there are both Parquet and text: ${name(first!)} is ${kindName(first!)}, ${name(other)} is ${kindName(other)}`,
    { hint: "give a pattern that matches one of them, such as *.parquet" },
  );
}

function kindName({ format }: TableFile): string {
  return format.kind === "parquet" ? "Parquet" : "text";
}
