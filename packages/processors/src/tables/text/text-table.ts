import type { DatasetConfig } from "@quadrat/core";
import { areBooleans, booleanText, sqlBooleanText } from "./booleans.js";
import { readHead } from "./bytes.js";
import { findColumns } from "../columns.js";
import { decodeHead, detectEncoding, readUtf8 } from "./encoding.js";
import { inputError, type Reason } from "../faults.js";
import { findRecord } from "./find-record.js";
import { refuseLaterHeader } from "./header.js";
import { judge, type Rules } from "../judge.js";
import { keptNames, type FoundFault, type Piece, type TableReader } from "../reader.js";
import { countLines, fieldText, maxRecordBytes, type RecordFields } from "./records.js";
import { brokenRecords, emptyLog, remarksOf } from "./rewrite.js";
import { checkSample } from "./sample.js";
import { nulError } from "./scan.js";
import { surveyText, type Survey } from "./survey.js";
import { readTextHead, type TextHead, type TextTable } from "./text-head.js";
import { textPieces } from "./text-pieces.js";

export interface TextRequest {
  readonly file: string;
  readonly gzip: boolean;
  readonly dataset: DatasetConfig;
  readonly rules: Rules;
}

/** Opens a text table: its head is read and parsed now, the rest by `pieces`. */
export async function openTextTable({ file, gzip, dataset, rules }: TextRequest): Promise<TableReader> {
  const { head, whole } = await readHead(file, gzip, maxRecordBytes);
  const encoding = detectEncoding(file, head, dataset.encoding);
  const text = decodeHead(head, whole, encoding);
  assertTable(file, text);
  const textHead = readTextHead(file, text, whole, dataset);
  refuseLaterHeader(file, text, textHead, dataset);
  const columns = findColumns(file, textHead.names, dataset);
  checkSample(file, textHead, columns, dataset);
  const { x, y, v } = columns;
  const kept = keptNames.filter((name) => columns[name] !== undefined);
  // If consecutive blanks are one delimiter, a missing field need not be the last.
  const enough = textHead.dialect.merged ? textHead.shape.least : Math.max(x, y) + 1;
  const keep = kept.map((name) => columns[name]!);
  const opened: TextTable = { file, gzip, ...textHead, enough, keep, aliases: kept };

  const hasBooleans =
    v !== undefined &&
    rules.third === "number" &&
    areBooleans(textHead.sample.map((record) => record[v] ?? ""));
  const understood = (piece: Piece): Piece =>
    hasBooleans
      ? { ...piece, select: `SELECT * REPLACE (${sqlBooleanText("v")} AS v) FROM (${piece.select})` }
      : piece;
  const form = { kind: "text", decimal: dataset.decimal === "," ? "," : "." } as const;
  const forms = { x: form, y: form, v: form, u: form };

  const describe = (record: RecordFields, reason: Reason): FoundFault | undefined => {
    const textOf = (name: "x" | "y" | "v"): string =>
      columns[name] === undefined ? "" : fieldText(record, columns[name]);
    const [x, y, v] = [textOf("x"), textOf("y"), textOf("v")];
    if (judge(x, y, hasBooleans ? booleanText(v) : v, forms, rules) !== reason) return undefined;
    const coordinates = rules.code ? [x] : [x, y];
    const shown = (reason.startsWith("value") ? [v] : coordinates).map((text) =>
      JSON.stringify(text.slice(0, 40)),
    );
    return { number: record.line, unit: "line", fields: shown.join(", ") };
  };

  let survey: Survey | undefined;
  let log = emptyLog();
  const surveyed = async (signal: AbortSignal): Promise<Survey> =>
    (survey ??= await surveyText(opened, encoding, dataset, signal));
  return {
    file,
    get warnings() {
      return [...rowNamesWarning(textHead), ...(survey?.warnings ?? []), ...remarksOf(log, dataset)];
    },
    forms,
    ...(rules.code && { codes: textHead.sample.map((record) => record[x] ?? "") }),
    async *pieces(work) {
      log = emptyLog();
      for await (const piece of textPieces(await surveyed(work.signal), work, log)) yield understood(piece);
    },
    broken: () => Promise.resolve(brokenRecords(log.broken)),
    async firstWith(reason, { signal }, thoroughly) {
      const { table, encoding } = await surveyed(signal);
      const text = readUtf8(file, gzip, encoding, signal);
      return findRecord(table, text, thoroughly, (record) => describe(record, reason));
    },
  };
}

function rowNamesWarning({ rowNames, headerLine }: TextHead): string[] {
  if (!rowNames) return [];
  return [
    `the header (line ${headerLine}) has one name fewer than the records have fields: the first field is read as row names, as written by R`,
  ];
}

function assertTable(file: string, text: Buffer): void {
  const nul = text.indexOf(0);
  if (nul >= 0) throw nulError(file, countLines(text, 0, nul) + 1);
  const beginning = text.toString("utf8", 0, 200).trimStart().toLowerCase();
  if (text.length === 0 || (beginning === "" && text.toString("utf8").trim() === "")) {
    throw inputError(file, "the file is empty", { hint: "a table must begin with the names of its columns" });
  }
  if (/^(<!doctype html|<html|<\?xml)/.test(beginning)) {
    throw inputError(file, "the file is a web page or XML, not a table", {
      hint: "was the download refused? open the file in an editor",
    });
  }
}
