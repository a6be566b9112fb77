import type { DatasetConfig } from "@quadrat/core";
import { inputError, usageError } from "../faults.js";
import { readHead } from "./bytes.js";
import { decodeHead, detectEncoding, type TextEncoding } from "./encoding.js";
import type { LayoutColumn, TextLayout } from "./layout.js";
import { lineEnds } from "./line-ends.js";
import type { ZipText } from "./packing.js";
import { fieldText, maxRecordBytes, recordParser, type Dialect } from "./records.js";
import { assertText } from "./scan.js";
import { nextLine } from "./split.js";
import { sampleRecords, type FieldSource, type LaidOut } from "./text-head.js";

/**
 * Reads the beginning of a text by its description: there is no header to find, nor anything to guess. What the dataset says
 * of its encoding and quoting counts more than the description.
 *
 * Columns are numbered by the fields of its records, then follow those that are not fields: constants, inherited values, and
 * further names of a field.
 * @param parents the text whose values records inherit, to show such values in the sample
 * @throws QuadratError if the description names a field that records do not have
 */
export async function openLaidOut(
  file: string,
  packing: ZipText,
  layout: TextLayout,
  dataset: DatasetConfig,
  parents?: LaidOut,
): Promise<LaidOut> {
  if (dataset.skip !== undefined || dataset.delimiter !== undefined) {
    const key = dataset.skip === undefined ? "delimiter" : "skip";
    throw usageError(
      file,
      key,
      `\`${key}\` does not apply to a Darwin Core Archive: meta.xml says how it is written`,
      "remove it; `quoting`, `encoding`, `comment` and `decimal` are allowed",
    );
  }
  const { head, whole } = await readHead(file, packing, maxRecordBytes);
  const encoding = encodingOf(file, head, layout, dataset);
  const decoded = decodeHead(head, whole, encoding);
  // Old Macs' line ends under a description that leaves the default.
  const isMac = layout.lineEnd === "\n" && !decoded.includes("\n") && decoded.includes("\r");
  const lineEnd = isMac ? "\r" : layout.lineEnd;
  const text = lineEnds(lineEnd).push(decoded);
  assertText(file, text);
  const dialect = dialectOf(layout, dataset);
  const records: string[][] = [];
  const parser = recordParser(file, dialect, {
    record(fields) {
      if (records.length === sampleRecords) return;
      records.push(Array.from({ length: fields.count }, (_, index) => fieldText(fields, index)));
    },
    broken() {
      // These are counted when the whole file is read.
    },
  });
  parser.push(text);
  if (whole) parser.end();

  const header = headerFields(text, dialect);
  const declared = layout.columns.reduce((most, { field = -1 }) => Math.max(most, field + 1), 0);
  assertFields(file, layout, Math.max(header, ...records.map(({ length }) => length)));
  const width = Math.max(declared, header, usual(records.map(({ length }) => length)));
  const { names, columns, positions } = numbered(layout.columns, width);
  const parent = (row: number): readonly string[] | undefined =>
    parents?.head.sample[row % parents.head.sample.length];
  const sampled = (record: readonly string[], row: number, at: number): string => {
    const { field, fallback, inherited } = columns.get(at) ?? { field: at };
    const own = field === undefined ? "" : (record[field] ?? "");
    if (own !== "" || fallback !== undefined) return own || fallback!;
    return inherited === undefined ? "" : (parent(row)?.[parents!.positions[inherited]!] ?? "");
  };
  return {
    head: {
      dialect,
      names,
      shape: { least: Math.max(declared, 1), most: width },
      rowNames: false,
      quotedHeader: false,
      headerLine: dialect.skip ?? 0,
      sample: records.map((record, row) => names.map((_, at) => sampled(record, row, at))),
      columns,
    },
    encoding,
    packing: { ...packing, lineEnd },
    positions,
  };
}

function dialectOf({ delimiter, quote, headerLines }: TextLayout, dataset: DatasetConfig): Dialect {
  const { quoting = "auto", comment } = dataset;
  const quoted = quoting === "auto" ? quote !== undefined : quoting !== "none";
  return {
    delimiter,
    quoted,
    ...(quote !== undefined && { quote }),
    escaped: quoting === "backslash",
    skip: headerLines,
    ...(comment !== undefined && { comment }),
  };
}

function encodingOf(
  file: string,
  head: Buffer,
  layout: TextLayout,
  { encoding: wanted }: DatasetConfig,
): TextEncoding {
  if (wanted !== undefined) return detectEncoding(file, head, wanted);
  const label = labelOf(layout);
  // As without a description, a text that turns out not to be UTF-8 is read as windows-1252, with a warning.
  return detectEncoding(file, head, label === "utf-8" ? undefined : label);
}

/** The label of an encoding by the name that Java and others have for it. */
function labelOf({ description, encoding }: TextLayout): string {
  const plain = encoding.trim().toLowerCase();
  const others: Readonly<Record<string, string>> = { macroman: "macintosh", "utf-16": "utf-16be" };
  const names = [others[plain] ?? plain, plain.replaceAll("_", "-"), plain.replaceAll(/[-_ ]/g, "")];
  for (const name of names) {
    try {
      return new TextDecoder(name).encoding;
    } catch {
      // The next spelling.
    }
  }
  throw inputError(description, `the encoding ${JSON.stringify(encoding)} is unknown`, {
    hint: "add `encoding:` to the dataset",
  });
}

/** The number of fields in the lines before the records. */
function headerFields(text: Buffer, { delimiter, skip = 0 }: Dialect): number {
  let most = 0;
  let at = 0;
  for (let line = 1; line <= skip && at < text.length; line++) {
    const next = nextLine(text, at, true);
    if (line === skip)
      most = text
        .toString("utf8", at, next)
        .replace(/[\r\n]+$/, "")
        .split(delimiter).length;
    at = next;
  }
  return most;
}

function assertFields(file: string, { columns, description, parent }: TextLayout, fields: number): void {
  // A text without records or header has no fields, nor anything that lacks them.
  if (fields <= 0) return;
  const link = parent ? [{ term: "<coreid>", field: parent.link }] : [];
  const lacking = [...columns, ...link].find(({ field = -1 }) => field >= fields);
  if (!lacking) return;
  throw inputError(
    description,
    `index ${lacking.field} of ${lacking.term} does not exist: ${file} has ${fields} columns, counted from 0`,
    { hint: "correct meta.xml, or its fieldsTerminatedBy" },
  );
}

/** The most frequent number, of equally frequent ones the greatest. */
function usual(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  const [most] = [...counts].toSorted((a, b) => b[1] - a[1] || b[0] - a[0]);
  return most?.[0] ?? 0;
}

function numbered(
  layout: readonly LayoutColumn[],
  width: number,
): { names: string[]; columns: Map<number, FieldSource>; positions: number[] } {
  const names = Array.from({ length: width }, () => "");
  const columns = new Map<number, FieldSource>();
  const positions: number[] = [];
  for (const { name, field, fallback, inherited } of layout) {
    const at = field === undefined || columns.has(field) ? names.length : field;
    names[at] = name;
    columns.set(at, { field, fallback, inherited });
    positions.push(at);
  }
  return { names, columns, positions };
}
