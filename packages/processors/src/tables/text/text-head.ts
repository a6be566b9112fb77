import { isQuadratError, type DatasetConfig, type QuadratError } from "@quadrat/core";
import { findCoordinates } from "../columns.js";
import { takeCensus } from "./census.js";
import { readHeader, type Header } from "./header.js";
import { possibleDialects } from "./quoting.js";
import { fieldText, recordParser, type Dialect } from "./records.js";
import { hasRowNames } from "./row-names.js";
import { shapeOf, type Shape } from "./shape.js";
import { signsOf } from "./signs.js";

/** The number of records after the header that are examined to understand a file. */
const sampleRecords = 1000;

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
}

/** How a text table is to be read. */
export interface TextTable extends TextHead {
  readonly file: string;
  readonly gzip: boolean;
  /** Fields that a record must have to be used: up to those of the coordinates. */
  readonly enough: number;
  /** Positions of the columns to read: x, y, v if there is one, and further ones. */
  readonly keep: readonly number[];
  /** The names under which they are read. */
  readonly aliases: readonly string[];
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
  const read = (names: readonly string[]): TextHead & { fault: QuadratError | undefined } => {
    const shape = shapeOf(names);
    const bases = header.base.merged ? [header.base, { ...header.base, merged: false }] : [header.base];
    const [read, other] = bases.map((base) =>
      readSample(file, text, whole, { ...header, base }, names, dataset),
    );
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

interface SampleRead extends Pick<TextHead, "dialect" | "sample"> {
  /** Number of complete records in the sample. */
  readonly whole: number;
  /** The fault that ended it early. */
  readonly fault: QuadratError | undefined;
}

function readSample(
  file: string,
  text: Buffer,
  whole: boolean,
  { base, quotedHeader, line }: Header,
  names: readonly string[],
  dataset: DatasetConfig,
): SampleRead {
  const shape = shapeOf(names);
  const [x, y] = findCoordinates(names, dataset) ?? [];
  const decimal = dataset.decimal === "," ? "," : ".";
  const dialects = possibleDialects(base, dataset.quoting, signsOf(text, base.delimiter), quotedHeader);
  const census = takeCensus(
    dialects,
    shape,
    x === undefined || y === undefined ? undefined : { x, y, decimal },
  );
  census.push(text);
  if (whole) census.end();
  const { dialect } = census;
  const sample: string[][] = [];
  const parser = recordParser(file, dialect, {
    record(fields) {
      if (sample.length === sampleRecords || fields.line <= line) return;
      sample.push(Array.from({ length: fields.count }, (_, index) => fieldText(fields, index)));
    },
    broken() {
      // These are counted when the whole file is read.
    },
  });
  let fault: QuadratError | undefined;
  try {
    parser.push(text);
    if (whole) parser.end();
  } catch (error) {
    if (!isQuadratError(error)) throw error;
    fault = error;
  }
  const isFull = ({ length }: readonly string[]): boolean => length >= shape.least && length <= shape.most;
  return { dialect, sample, whole: sample.filter(isFull).length, fault };
}
