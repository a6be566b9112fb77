import type { DatasetConfig } from "@quadrat/core";
import { areBooleans, booleanText, sqlBooleanText } from "./booleans.js";
import { readHead } from "./bytes.js";
import { findColumn, findColumns } from "../columns.js";
import { sqlMisfits, sqlTyped, typedColumns } from "./column-types.js";
import { decodeHead, detectEncoding, readUtf8 } from "./encoding.js";
import { inputError, type Reason } from "../faults.js";
import { findRecord } from "./find-record.js";
import { refuseLaterHeader } from "./header.js";
import { judge, type Rules } from "../judge.js";
import {
  keptNames,
  type FoundFault,
  type FurtherColumn,
  type InputColumn,
  type Piece,
  type TableReader,
} from "../reader.js";
import { countLines, fieldText, maxRecordBytes, type RecordFields } from "./records.js";
import { brokenRecords, emptyLog, remarksOf } from "./rewrite.js";
import { checkSample } from "./sample.js";
import { nulError } from "./scan.js";
import { surveyText, type Survey } from "./survey.js";
import { readTextHead, type TextHead, type TextTable } from "./text-head.js";
import { plainSource, textPieces } from "./text-pieces.js";

/** The records of a text with more bytes are not copied if DuckDB can read it as it is. */
const largeBytes = 128 * 1024 * 1024;

export interface TextRequest {
  readonly file: string;
  readonly gzip: boolean;
  readonly dataset: DatasetConfig;
  readonly rules: Rules;
  /** Those that the file has. */
  readonly further?: readonly FurtherColumn[];
}

export interface TextTableReader extends TableReader {
  /** The columns of the file, by which further ones can be requested. */
  readonly columns: readonly InputColumn[];
  /** The first codes, if its records have codes instead of coordinates. */
  readonly codes: readonly string[];
}

/** Opens a text table: its head is read and parsed now, the rest by `pieces`. */
export async function openTextTable({
  file,
  gzip,
  dataset,
  rules,
  further = [],
}: TextRequest): Promise<TextTableReader> {
  const { head, whole } = await readHead(file, gzip, maxRecordBytes);
  const encoding = detectEncoding(file, head, dataset.encoding);
  const text = decodeHead(head, whole, encoding);
  assertTable(file, text);
  const textHead = readTextHead(file, text, whole, dataset);
  refuseLaterHeader(file, text, textHead, dataset);
  const columns = findColumns(file, textHead.names, dataset);
  checkSample(file, textHead, columns, dataset);
  const { x, y, v } = columns;
  // If consecutive blanks are one delimiter, a missing field need not be the last.
  const enough = textHead.dialect.merged ? textHead.shape.least : Math.max(x, y) + 1;
  const usual = v === undefined ? [x, y] : [x, y, v];
  const more = further.map(({ name }) => findColumn(file, textHead.names, name, "keep"));
  const opened: TextTable = {
    file,
    gzip,
    ...textHead,
    enough,
    keep: [...usual, ...more],
    aliases: [...keptNames.slice(0, usual.length), ...further.map(({ alias }) => alias)],
  };
  const decimal = dataset.decimal === "," ? "," : ".";

  const hasBooleans =
    v !== undefined &&
    rules.third === "number" &&
    areBooleans(textHead.sample.map((record) => record[v] ?? ""));
  const replaced = [
    ...(hasBooleans ? [`${sqlBooleanText("v")} AS v`] : []),
    ...further.map(({ alias, type }) => `${sqlTyped(alias, type, decimal)} AS ${alias}`),
  ];
  const understood = (piece: Piece, numbered: boolean): Piece => {
    if (replaced.length === 0 && !numbered) return piece;
    const list = replaced.length === 0 ? "*" : `* REPLACE (${replaced.join(", ")})`;
    const misfits = numbered ? `, (${sqlMisfits(further, decimal)})::UTINYINT AS misfits` : "";
    return { ...piece, select: `SELECT ${list}${misfits} FROM (${piece.select})` };
  };
  const form = { kind: "text", decimal } as const;
  const forms = { x: form, y: form, v: form };

  const describe = (record: RecordFields, reason: Reason): FoundFault | undefined => {
    const [x = "", y = "", v = ""] = usual.map((field) => fieldText(record, field));
    if (judge(x, y, hasBooleans ? booleanText(v) : v, forms, rules) !== reason) return undefined;
    const shown = (reason.startsWith("value") ? [v] : rules.code ? [x] : [x, y]).map((text) =>
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
    codes: rules.code ? textHead.sample.map((record) => record[x] ?? "") : [],
    columns: typedColumns(textHead.names, textHead.sample, decimal, [x, y]),
    async *pieces(work, numbered = false) {
      log = emptyLog();
      for await (const piece of textPieces(await surveyed(work.signal), work, log, numbered))
        yield understood(piece, numbered);
    },
    get count() {
      return log.taken;
    },
    async isLarge({ signal }) {
      const { facts } = await surveyed(signal);
      const hasNumbers = further.some(({ type }) => type !== "VARCHAR");
      return facts.bytes > largeBytes && !hasNumbers && (await plainSource(survey!)) !== undefined;
    },
    async later({ signal }) {
      const source = log.taken === 0 ? await plainSource(await surveyed(signal)) : undefined;
      if (source === undefined) return undefined;
      const numbers = "row_number() OVER () AS record, NULL::UTINYINT AS broken";
      return understood({ select: `SELECT *, ${numbers} FROM (${source})` }, true).select;
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
