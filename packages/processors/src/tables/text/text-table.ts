import { quoteIdentifier, type DatasetConfig } from "@quadrat/core";
import { areBooleans, booleanText, sqlBooleanText } from "./booleans.js";
import { readHead } from "./bytes.js";
import { defaultSpecies, findColumn, findColumns } from "../columns.js";
import { sqlMisfits, sqlTyped, typedColumns } from "./column-types.js";
import { decodeHead, detectEncoding, readUtf8, type TextEncoding } from "./encoding.js";
import { inputError, reasonCode, type Reason } from "../faults.js";
import { findRecord } from "./find-record.js";
import { refuseLaterHeader } from "./header.js";
import { judge, sqlJudge, type Rules } from "../judge.js";
import { openLaidOut } from "./laid-out.js";
import type { TextLayout } from "./layout.js";
import type { Packing } from "./packing.js";
import { lineName } from "./parents.js";
import {
  keptNames,
  type FoundFault,
  type FurtherColumn,
  type InputColumn,
  type Piece,
  type TableReader,
  type Work,
} from "../reader.js";
import { fieldText, maxRecordBytes, type RecordFields } from "./records.js";
import { brokenRecords, emptyLog, remarksOf } from "./rewrite.js";
import { checkSample } from "./sample.js";
import { assertText } from "./scan.js";
import { surveyText, type Survey } from "./survey.js";
import { readTextHead, sourceOf, type Parents, type TextHead, type TextTable } from "./text-head.js";
import { plainSource, textPieces } from "./text-pieces.js";

/** The records of a text with more bytes are not copied if DuckDB can read it as it is. */
const largeBytes = 128 * 1024 * 1024;

export interface TextRequest {
  readonly file: string;
  readonly packing: Packing;
  /** How an archive describes it. */
  readonly described?: TextLayout | undefined;
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
export async function openTextTable(request: TextRequest): Promise<TextTableReader> {
  const { file, dataset, rules, further = [] } = request;
  const { head: textHead, encoding, packing, parents } = await openHead(request);
  const columns = findColumns(file, textHead.names, dataset);
  checkSample(file, textHead, columns, dataset);
  const { x, y, v } = columns;
  const usual = v === undefined ? [x, y] : [x, y, v];
  const more = further.map(({ name }) => findColumn(file, textHead.names, name, "keep"));
  const opened: TextTable = {
    file,
    packing,
    ...textHead,
    enough: enoughFields(textHead, x, y),
    keep: [...usual, ...more],
    aliases: [...keptNames.slice(0, usual.length), ...further.map(({ alias }) => alias)],
    ...(parents && { parents }),
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
    const [x = "", y = "", v = ""] = usual.map((column) => columnText(opened, record, column));
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
    species: rules.third === "name" ? (dataset.species ?? defaultSpecies(textHead.names)) : undefined,
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
    async firstWith(reason, work, thoroughly) {
      const { signal } = work;
      const { table, encoding } = await surveyed(signal);
      if (parents) {
        const pieces = textPieces(await surveyed(signal), work, emptyLog(), false);
        return firstLine(
          pieces,
          (piece) => sqlJudge(understood(piece, false).select, forms, rules, [quotedLine]),
          {
            reason,
            work,
            thoroughly,
          },
        );
      }
      const text = readUtf8(file, packing, encoding, signal);
      return findRecord(table, text, thoroughly, (record) => describe(record, reason));
    },
  };
}

interface OpenedHead {
  readonly head: TextHead;
  readonly encoding: TextEncoding;
  readonly packing: Packing;
  readonly parents?: Parents;
}

/** Reads the beginning of a text: by its description, or by what it shows itself. */
async function openHead({ file, packing, described, dataset }: TextRequest): Promise<OpenedHead> {
  if (described && typeof packing === "object") {
    const { parent } = described;
    if (!parent) return openLaidOut(file, packing, described, dataset);
    const texts = [];
    for (const { path, ...part } of parent.parts) {
      texts.push({ file: path, ...(await openLaidOut(path, part.packing, part.described, dataset)) });
    }
    const parents = { texts, link: parent.link, key: parent.key };
    return { ...(await openLaidOut(file, packing, described, dataset, texts[0])), parents };
  }
  const { head, whole } = await readHead(file, packing, maxRecordBytes);
  const encoding = detectEncoding(file, head, dataset.encoding);
  const text = decodeHead(head, whole, encoding);
  assertTable(file, text);
  const textHead = readTextHead(file, text, whole, dataset);
  refuseLaterHeader(file, text, textHead, dataset);
  return { head: textHead, encoding, packing };
}

/** The number of fields that a record must have to be used. */
function enoughFields(head: TextHead, x: number, y: number): number {
  // If consecutive blanks are one delimiter, a missing field need not be the last.
  if (head.dialect.merged) return head.shape.least;
  const needed = [x, y].map((column) => {
    const { field = -1, fallback, inherited } = sourceOf(head, column);
    return fallback === undefined && inherited === undefined ? field + 1 : 1;
  });
  return Math.max(...needed);
}

function columnText(table: TextTable, record: RecordFields, column: number): string {
  const { field, fallback = "" } = sourceOf(table, column);
  return (field === undefined ? "" : fieldText(record, field)) || fallback;
}

const quotedLine = quoteIdentifier(lineName);

/** The first line of a record with this fault, where its values are only known to DuckDB. */
async function firstLine(
  pieces: AsyncIterable<Piece>,
  judged: (piece: Piece) => string,
  { reason, work, thoroughly }: { reason: Reason; work: Work; thoroughly: boolean },
): Promise<FoundFault | undefined> {
  for await (const piece of pieces) {
    const [found] = await work.store.rows<{ line: number | null }>(
      `SELECT min(${quotedLine}::BIGINT)::DOUBLE AS line FROM (${judged(piece)}) WHERE reason = ${reasonCode(reason)}`,
    );
    if (typeof found?.line === "number") return { number: found.line, unit: "line" };
    if (!thoroughly) return undefined;
  }
  return undefined;
}

function rowNamesWarning({ rowNames, headerLine }: TextHead): string[] {
  if (!rowNames) return [];
  return [
    `the header (line ${headerLine}) has one name fewer than the records have fields: the first field is read as row names, as written by R`,
  ];
}

function assertTable(file: string, text: Buffer): void {
  assertText(file, text);
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
