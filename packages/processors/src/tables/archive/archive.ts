import { nearest } from "@quadrat/core";
import { inputError } from "../faults.js";
import type { TextLayout } from "../text/layout.js";
import type { ZipText } from "../text/packing.js";
import { layoutOf } from "./layout-of.js";
import { nameOfTerm, parseMeta, type Meta, type MetaTable } from "./meta.js";
import { assertReadable, listZip, placeInZip, readSmallEntry, readZipEntry, type ZipEntry } from "./zip.js";

/** A text in an archive, with what the archive says about how to read it. */
export interface ArchivedText {
  /** What messages call it. */
  readonly path: string;
  readonly packing: ZipText;
  /** From `meta.xml`; absent if only the text itself shows how it is to be read. */
  readonly described?: TextLayout;
  /** How it is quoted, if its writer is known. */
  readonly quoting?: "none";
}

/** The maximum size of `meta.xml`: that of GBIF's downloads, with all its terms, is 50 KiB. */
const mostMetaBytes = 1 << 20;

/** The number of names that a message lists. */
const namedEntries = 10;

/** Files that accompany a table. */
const note = /(^|\/)(read.?me|licen[cs]e|rights|citations?|notes?|changelog)[^/]*\.(txt|md|csv)$/i;
const dataName = /\.(csv|tsv|txt|tab|psv)$/i;

/**
 * The texts of an archive in which occurrences are: those that `meta.xml` names, or the only data file.
 * @throws QuadratError if the archive is damaged, has no occurrences, or does not say where they are
 */
export async function openArchive(archive: string): Promise<readonly ArchivedText[]> {
  const all = await listZip(archive);
  const entries = all.filter(({ name }) => !/(^|\/)(__MACOSX\/|\.[^/])/.test(name));
  const meta = findMeta(archive, entries);
  return meta ? describedTexts(archive, entries, meta) : [await onlyText(archive, entries)];
}

/** `meta.xml` at the top, or in a folder at the top. */
function findMeta(archive: string, entries: readonly ZipEntry[]): ZipEntry | undefined {
  const found = entries.filter(({ name }) => /^([^/]+\/)?meta\.xml$/.test(name));
  const top = found.filter(({ name }) => name === "meta.xml");
  const chosen = top.length > 0 ? top : found;
  if (chosen.length > 1) {
    throw inputError(archive, `the archive has several meta.xml: ${listed(chosen)}`, {
      hint: "make one archive of each",
    });
  }
  return chosen[0];
}

async function onlyText(archive: string, entries: readonly ZipEntry[]): Promise<ArchivedText> {
  const texts = entries.filter(({ name }) => dataName.test(name) && !note.test(name));
  const [only, ...more] = texts;
  if (more.length > 0) {
    throw inputError(
      archive,
      `the archive has several data files, and no meta.xml that says which are occurrences: ${listed(texts)}`,
      { hint: "unpack it, and give the path of the file" },
    );
  }
  if (!only) throw withoutText(archive, entries);
  assertReadable(only);
  const text = { path: placeInZip(archive, only.name), packing: { entry: only } };
  return (await isGbifDownload(only)) ? { ...text, quoting: "none" } : text;
}

/** Whether a text is a simple CSV of GBIF: tab-separated, whatever its name says, and without quoting. */
async function isGbifDownload(entry: ZipEntry): Promise<boolean> {
  for await (const chunk of readZipEntry(entry))
    return /^\ufeff?gbifID\t/.test(chunk.toString("utf8", 0, 20));
  return false;
}

function withoutText(archive: string, entries: readonly ZipEntry[]): Error {
  const has = (name: RegExp): boolean => entries.some((entry) => name.test(entry.name));
  if (entries.length === 0) return inputError(archive, "the archive is empty");
  if (has(/^\[Content_Types\]\.xml$/) || has(/^META-INF\/manifest\.xml$/)) {
    return inputError(archive, "the file is a spreadsheet or another document, not a table", {
      hint: "save the sheet as CSV",
    });
  }
  const packed = has(/\.(parquet|pq|gz)$/i) || has(/\.parquet\//i);
  return inputError(
    archive,
    `the archive has neither meta.xml nor a CSV or TSV file, but ${listed(entries)}`,
    {
      hint: packed ? "unpack it, and give the path of the file or folder" : "is this an archive of records?",
    },
  );
}

async function describedTexts(
  archive: string,
  entries: readonly ZipEntry[],
  found: ZipEntry,
): Promise<readonly ArchivedText[]> {
  const file = placeInZip(archive, found.name);
  assertReadable(found);
  const bytes = await readSmallEntry(found, mostMetaBytes);
  if (!bytes) {
    throw inputError(
      file,
      `the file has ${found.entry.uncompressedSize} bytes, of which ${mostMetaBytes} are allowed`,
    );
  }
  const meta = parseMeta(file, bytes);
  const folder = found.name.slice(0, -"meta.xml".length);
  const filesOf = (table: MetaTable): ZipEntry[] => locate(file, folder, entries, table);
  const textsOf = (table: MetaTable, described: TextLayout): (ArchivedText & { described: TextLayout })[] =>
    filesOf(table).map((entry) => ({ path: placeInZip(archive, entry.name), packing: { entry }, described }));

  const { core } = meta;
  if (isOccurrence(core)) return textsOf(core, layoutOf(file, core));
  const extensions = meta.extensions.filter(isOccurrence);
  if (extensions.length === 0) throw withoutOccurrences(file, meta);
  const coreTexts = textsOf(core, layoutOf(file, core));
  return extensions.flatMap((extension) =>
    textsOf(extension, layoutOf(file, extension, { core, texts: coreTexts })),
  );
}

function isOccurrence({ rowType }: MetaTable): boolean {
  return /^(occurrence|simpledarwinrecord)$/i.test(nameOfTerm(rowType));
}

function withoutOccurrences(file: string, { core, extensions }: Meta): Error {
  const types = extensions.map(({ rowType }) => rowType);
  const others = types.length === 0 ? "no extensions" : `extensions of ${types.join(", ")}`;
  return inputError(
    file,
    `the archive has no occurrences: its core is of rowType ${core.rowType}, with ${others}`,
    {
      line: core.line,
    },
  );
}

/** The files that a table's locations name, relative to `meta.xml`. */
function locate(
  file: string,
  folder: string,
  entries: readonly ZipEntry[],
  { element, locations, line }: MetaTable,
): ZipEntry[] {
  const refuse = (message: string, hint?: string): never => {
    throw inputError(file, message, { line, ...(hint === undefined ? {} : { hint }) });
  };
  if (locations.length === 0) refuse(`<${element}> names no file`);
  return locations.map((location) => {
    const shown = JSON.stringify(location);
    if (/^[a-z][a-z\d+.-]*:\/\//i.test(location)) refuse(`location ${shown} is not in the archive`);
    if (/^\/|\\|^[a-z]:|(^|\/)\.\.(\/|$)/i.test(location)) {
      refuse(`location ${shown} leads out of the archive`, "nothing outside of an archive is read");
    }
    const name = folder + location.replace(/^(\.\/)+/, "");
    const same = entries.filter((entry) => entry.name === name);
    const [entry] = same;
    if (!entry) {
      const near = nearest(
        name,
        entries.map((other) => other.name),
      );
      refuse(
        `file ${shown} of <${element}> is not in the archive`,
        near === undefined ? `the archive has ${listed(entries)}` : `did you mean ${near}?`,
      );
    }
    if (same.length > 1) refuse(`the archive has several files of the name ${shown}`);
    assertReadable(entry!);
    return entry!;
  });
}

function listed(entries: readonly ZipEntry[]): string {
  const names = entries.slice(0, namedEntries).map(({ name }) => name);
  const more = entries.length - names.length;
  return `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
