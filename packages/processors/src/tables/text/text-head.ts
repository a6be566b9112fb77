import { isQuadratError, type DatasetConfig, type QuadratError } from "@quadrat/core";
import { findCoordinates } from "../columns.js";
import { takeCensus } from "./census.js";
import type { TextEncoding } from "./encoding.js";
import { readHeader, type Header } from "./header.js";
import type { Packing } from "./packing.js";
import { possibleDialects } from "./quoting.js";
import { fieldText, recordParser, type Dialect } from "./records.js";
import { hasRowNames } from "./row-names.js";
import { shapeOf, type Shape } from "./shape.js";
import { signsOf } from "./signs.js";

/** The number of records after the header that are examined to understand a file. */
export const sampleRecords = 1000;

/** Bytes that are parsed at first; if the sample is not complete then, as many again, and so on. */
const firstBytes = 65_536;

/** The parsed beginning of a text table. */
export interface TextHead {
  /** With the quoting of the beginning; the rest of the file may show another. */
  readonly dialect: Dialect;
  /** Column names as written in the header, and "" for row names, which have no name there. */
  readonly names: readonly string[];
  readonly shape: Shape;
  readonly rowNames: boolean;
  readonly quotedHeader: boolean;
  /** The line of the header, counted from 1. */
  readonly headerLine: number;
  /** Fields of the first records. */
  readonly sample: Sample;
  /** Where values come from, if the text is described: by columns, which may be others than fields. */
  readonly columns?: ReadonlyMap<number, FieldSource>;
}

/** Where the value of a column comes from. */
export interface FieldSource {
  /** The field of a record, if the text has the column. */
  readonly field: number | undefined;
  /** Stands in for an empty field. */
  readonly fallback: string | undefined;
  /** The column of the parent text that stands in for an empty field. */
  readonly inherited: number | undefined;
}

/** The source of a column; without a description columns are fields. */
export function sourceOf({ columns }: Pick<TextHead, "columns">, column: number): FieldSource {
  return columns?.get(column) ?? { field: column, fallback: undefined, inherited: undefined };
}

/** The beginning of a text that is read by a description. */
export interface LaidOut {
  readonly head: TextHead;
  readonly encoding: TextEncoding;
  readonly packing: Packing;
  /** Where the columns of the description are among those of the text. */
  readonly positions: readonly number[];
}

/** The texts of the records from which a table's records inherit values: events, behind occurrences. */
export interface Parents {
  readonly texts: readonly (LaidOut & { readonly file: string })[];
  /** The field of a record that names its parent. */
  readonly link: number;
  /** The field of a parent with its own name. */
  readonly key: number;
}

/** How a text table is to be read. */
export interface TextTable extends TextHead {
  readonly file: string;
  readonly packing: Packing;
  /** Fields that a record must have to be used: up to those of the coordinates. */
  readonly enough: number;
  /** Positions of the columns to read: x, y, v if there is one, and further ones. */
  readonly keep: readonly number[];
  /** The names under which they are read. */
  readonly aliases: readonly string[];
  readonly parents?: Parents;
}

type Sample = readonly (readonly string[])[];

/**
 * Parses the beginning of a text table: where its header is, its delimiter, its quoting, and whether its records
 * begin with row names.
 *
 * @param text the beginning of the file as UTF-8, cut anywhere unless `whole`
 * @throws QuadratError for a quote that swallows lines
 */
export function readTextHead(file: string, text: Buffer, whole: boolean, dataset: DatasetConfig): TextHead {
  const header = readHeader(file, text, whole, dataset);
  const parsed = new Map<string, ParsedSample>();
  const parse = (dialect: Dialect): ParsedSample => {
    const key = JSON.stringify(dialect);
    const known = parsed.get(key) ?? parseSample(file, text, whole, dialect, header.line);
    parsed.set(key, known);
    return known;
  };
  const read = (names: readonly string[]): TextHead & { fault: QuadratError | undefined } => {
    const shape = shapeOf(names);
    const bases = header.base.merged ? [header.base, { ...header.base, merged: false }] : [header.base];
    const [read, other] = bases.map((base): SampleRead => {
      const dialect = chooseDialect(text, whole, { ...header, base }, names, dataset);
      const { sample, fault } = parse(dialect);
      const isFull = ({ length }: readonly string[]): boolean =>
        length >= shape.least && length <= shape.most;
      return { dialect, sample, whole: sample.filter(isFull).length, fault };
    });
    const { dialect, sample, fault } = other && other.whole > read!.whole ? other : read!;
    const rowNames = names !== header.names;
    const { quotedHeader, line } = header;
    return { dialect, names, shape, rowNames, quotedHeader, headerLine: line, sample, fault };
  };
  const named = read(["", ...header.names]);
  const { fault, ...head } = hasRowNames(header.names, named.sample, dataset) ? named : read(header.names);
  if (fault) throw fault;
  return head;
}

interface ParsedSample {
  readonly sample: Sample;
  /** The fault that ended it early. */
  readonly fault: QuadratError | undefined;
}

interface SampleRead extends ParsedSample {
  readonly dialect: Dialect;
  /** Number of complete records in the sample. */
  readonly whole: number;
}

/** The way of quoting that best fits a text whose columns have these names. */
function chooseDialect(
  text: Buffer,
  whole: boolean,
  { base, quotedHeader }: Header,
  names: readonly string[],
  dataset: DatasetConfig,
): Dialect {
  const [x, y] = findCoordinates(names, dataset) ?? [];
  const decimal = dataset.decimal === "," ? "," : ".";
  const dialects = possibleDialects(base, dataset.quoting, signsOf(text, base.delimiter), quotedHeader);
  const census = takeCensus(
    dialects,
    shapeOf(names),
    x === undefined || y === undefined ? undefined : { x, y, decimal },
  );
  census.push(text);
  if (whole) census.end();
  return census.dialect;
}

/** The first records after the header. Only a text with quotes can have a fault, and is parsed to its end for that. */
function parseSample(
  file: string,
  text: Buffer,
  whole: boolean,
  dialect: Dialect,
  headerLine: number,
): ParsedSample {
  const sample: string[][] = [];
  const parser = recordParser(file, dialect, {
    record(fields) {
      if (sample.length === sampleRecords || fields.line <= headerLine) return;
      sample.push(Array.from({ length: fields.count }, (_, index) => fieldText(fields, index)));
    },
    broken() {
      // These are counted when the whole file is read.
    },
  });
  const isFaultless = !dialect.quoted || !text.includes('"');
  const isEnough = (): boolean => isFaultless && sample.length === sampleRecords;
  try {
    for (let [from, to] = [0, firstBytes]; from < text.length && !isEnough(); [from, to] = [to, 2 * to]) {
      parser.push(text.subarray(from, to));
    }
    if (whole && !isEnough()) parser.end();
    return { sample, fault: undefined };
  } catch (error) {
    if (!isQuadratError(error)) throw error;
    return { sample, fault: error };
  }
}
