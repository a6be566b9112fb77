import { QuadratError, type DatasetConfig } from "@quadrat/core";
import { readHead } from "./bytes.js";
import { findColumns } from "./columns.js";
import { literalPath, readCsv } from "./duckdb-csv.js";
import { decodeHead, detectEncoding, fallbackLabel, readUtf8, type TextEncoding } from "./encoding.js";
import { inputError, type Reason } from "./faults.js";
import { findRecord } from "./find-record.js";
import { judge, type Rules } from "./judge.js";
import { keptNames, type FoundFault, type Piece, type TableReader, type Work } from "./reader.js";
import { countLines, fieldText, maxRecordBytes, type RecordFields } from "./records.js";
import { brokenRecords, rewrite, type BrokenLog } from "./rewrite.js";
import { checkSample } from "./sample.js";
import { nulError, scanText, type TextFacts } from "./scan.js";
import { readStraight, straightBroken } from "./straight.js";
import { readTextHead, type TextTable } from "./text-head.js";

/** DuckDB takes its time to bind more columns than this, needed or not. */
const maxPlainColumns = 1000;

export interface TextRequest {
  readonly file: string;
  readonly gzip: boolean;
  readonly dataset: DatasetConfig;
  /** Whether fields may be quoted; undefined: found from the file. */
  readonly quoted: boolean | undefined;
  readonly rules: Rules;
}

/**
 * Opens a text table. Its head is read now, the rest by `pieces`: straight by DuckDB where every byte of the file
 * shows that nothing can go wrong (UTF-8, no quotes, no carriage returns), else through {@link rewrite}.
 */
export async function openTextTable({
  file,
  gzip,
  dataset,
  quoted,
  rules,
}: TextRequest): Promise<TableReader> {
  const { head, whole } = await readHead(file, gzip, maxRecordBytes);
  let encoding = detectEncoding(file, head, dataset.encoding);
  const text = decodeHead(head, whole, encoding);
  assertTable(file, text);
  const textHead = readTextHead(file, text, whole, dataset, quoted);
  const { x, y, v } = findColumns(file, textHead.names, dataset);
  checkSample(file, textHead, { x, y, v }, dataset);
  const table: TextTable = { file, gzip, ...textHead, keep: v === undefined ? [x, y] : [x, y, v] };

  const form = { kind: "text", decimal: dataset.decimal === "," ? "," : "." } as const;
  const forms = { x: form, y: form, v: form };
  const warnings: string[] = [];
  let rewritten: BrokenLog | undefined;
  return {
    file,
    warnings,
    forms,
    async *pieces(work) {
      const facts = await scanText(file, gzip, encoding.label, work.signal);
      if (facts.notUtf8 !== undefined && encoding.label === "utf-8") {
        encoding = fallback(file, encoding, facts.notUtf8);
        warnings.push(
          `line ${facts.notUtf8} is not UTF-8: the file is read as ${encoding.label}; \`encoding:\` names another`,
        );
      }
      const path = isPlain(table, encoding, facts) ? literalPath(file) : undefined;
      if (path !== undefined) {
        yield readStraight(table, path, work.scratch);
        return;
      }
      rewritten = new Map();
      yield* rewrittenPieces(table, encoding, work, rewritten);
    },
    async broken({ store, scratch }) {
      return rewritten ? brokenRecords(rewritten) : straightBroken(store, scratch);
    },
    async firstWith(reason, { signal }, thoroughly) {
      const look = (record: RecordFields): FoundFault | undefined =>
        describe(record, table.keep, reason, forms, rules);
      return findRecord(table, readUtf8(file, gzip, encoding, signal), thoroughly, look);
    },
  };
}

/** True when DuckDB reads the text right and fast as it is. */
function isPlain(
  { dialect, names, headerLine }: TextTable,
  { label }: TextEncoding,
  facts: TextFacts,
): boolean {
  const quotes = dialect.quoted && facts.hasQuotes;
  return (
    label === "utf-8" &&
    !quotes &&
    !facts.hasCarriageReturns &&
    headerLine === 1 &&
    names.length <= maxPlainColumns
  );
}

async function* rewrittenPieces(
  { file, gzip, dialect, names, keep }: TextTable,
  encoding: TextEncoding,
  { scratch, signal }: Work,
  broken: BrokenLog,
): AsyncGenerator<Piece> {
  const path = literalPath(scratch.file);
  if (path === undefined) {
    throw new QuadratError(
      "output",
      `DuckDB can't read ${scratch.file}: there are both a backslash and a wildcard in its name`,
      {
        hint: "give the output directory another name",
        place: { file: scratch.file },
      },
    );
  }
  const columns = keptNames.slice(0, keep.length);
  const select = `SELECT * FROM ${readCsv({ path, gzip: false, delimiter: "\t", header: false, columns })}`;
  const text = readUtf8(file, gzip, encoding, signal);
  for await (const part of rewrite(
    { file, text, dialect, fields: names.length, keep, target: scratch.file },
    broken,
  )) {
    if (part.bytes > 0) yield { select };
  }
}

function describe(
  record: RecordFields,
  keep: readonly number[],
  reason: Reason,
  forms: TableReader["forms"],
  rules: Rules,
): FoundFault | undefined {
  const [x = "", y = "", v = ""] = keep.map((field) => fieldText(record, field));
  if (judge(x, y, v, forms, rules) !== reason) return undefined;
  const shown = (reason.startsWith("value") ? [v] : [x, y]).map((text) => JSON.stringify(text.slice(0, 40)));
  return { number: record.line, unit: "line", fields: shown.join(", ") };
}

function fallback(file: string, { certain }: TextEncoding, line: number): TextEncoding {
  if (!certain) return { label: fallbackLabel, certain: false };
  throw inputError(file, "the text is not valid UTF-8", {
    line,
    hint: "leave `encoding:` out, or name the right one",
  });
}

function assertTable(file: string, text: Buffer): void {
  const nul = text.indexOf(0);
  if (nul >= 0) throw nulError(file, countLines(text, 0, nul) + 1);
  const beginning = text.toString("utf8", 0, 200).trimStart().toLowerCase();
  if (text.length === 0 || (beginning === "" && text.toString("utf8").trim() === "")) {
    throw inputError(file, "the file is empty", { hint: "a table begins with the names of its columns" });
  }
  if (/^(<!doctype html|<html|<\?xml)/.test(beginning)) {
    throw inputError(file, "the file is a web page or XML, not a table", {
      hint: "was the download refused? open the file in an editor",
    });
  }
}
