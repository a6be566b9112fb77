import { QuadratError } from "@quadrat/core";
import { literalPath, readCsv } from "./duckdb-csv.js";
import { readUtf8 } from "./encoding.js";
import { isPlainGzip } from "./gzip.js";
import type { Piece, Work } from "../reader.js";
import { inheritingPieces, numberNames, partNames } from "./parents.js";
import type { RecordFields } from "./records.js";
import { rewrite, type RewriteLog } from "./rewrite.js";
import { isWhole } from "./shape.js";
import { countRejected, readStraight, selectPlain } from "./straight.js";
import type { Survey } from "./survey.js";
import type { TextTable } from "./text-head.js";

/** DuckDB is slow to bind more columns than this, whether needed or not. */
const maxPlainColumns = 1000;

/** It is also slow to reject a record, so it is not used if the sample has more rejects than one in this number. */
const recordsPerRejected = 100;

/**
 * Makes a text table available to DuckDB: directly if every byte of the file shows that nothing can go wrong
 * (UTF-8, no quotes, no carriage returns), and then the records it rejects through {@link rewrite}; otherwise
 * everything through it.
 */
export async function* textPieces(
  survey: Survey,
  work: Work,
  log: RewriteLog,
  numbered: boolean,
): AsyncGenerator<Piece> {
  const { table } = survey;
  if (table.parents) {
    const read: Parameters<typeof inheritingPieces>[4] = (text, names, own, isNumbered) =>
      rewrittenPieces(text, work, own, { names, numbered: isNumbered });
    yield* inheritingPieces(survey, work, log, numbered, read);
    return;
  }
  const fields = usualFields(table);
  const path = !numbered && (await isPlain(survey)) ? literalPath(table.file) : undefined;
  if (fields === undefined || path === undefined) {
    yield* rewrittenPieces(survey, work, log, { numbered });
    return;
  }
  yield readStraight(table, fields, path, work.scratch);
  const rejected = await countRejected(work.store, work.scratch);
  if (rejected === 0) return;
  const accepted = { least: fields, most: fields };
  yield* rewrittenPieces(survey, work, log, { except: (record) => isWhole(record, accepted) });
  if (log.taken === rejected) return;
  throw new QuadratError(
    "internal",
    `${table.file}: DuckDB rejected ${rejected} lines, of which ${log.taken} were found again`,
    { place: { file: table.file } },
  );
}

/** A query over an unchanged text that DuckDB can read as it is; undefined if there is none. */
export async function plainSource(survey: Survey): Promise<string | undefined> {
  const { table } = survey;
  const fields = usualFields(table);
  const path = (await isPlain(survey)) ? literalPath(table.file) : undefined;
  return fields === undefined || path === undefined ? undefined : selectPlain(table, fields, path);
}

/** How many fields nearly all records of the sample have, as DuckDB counts them; undefined if they differ. */
function usualFields({ shape: { least, most }, sample }: TextTable): number | undefined {
  const rejectedBy = (fields: number): number =>
    sample.filter((record) => record.length < fields || record.slice(fields).some((field) => field !== ""))
      .length;
  const fields = rejectedBy(least) <= rejectedBy(most) ? least : most;
  return rejectedBy(fields) * recordsPerRejected > sample.length ? undefined : fields;
}

/** True if DuckDB reads the unchanged text correctly and fast. */
async function isPlain({ table, encoding, facts }: Survey): Promise<boolean> {
  const { file, packing, dialect, names, headerLine } = table;
  return (
    typeof packing === "string" &&
    encoding.label === "utf-8" &&
    !(dialect.quoted && facts.hasQuotes) &&
    !(dialect.escaped && facts.hasEscapes) &&
    !dialect.merged &&
    dialect.comment === undefined &&
    !facts.hasCarriageReturns &&
    headerLine === 1 &&
    names.length <= maxPlainColumns &&
    (packing === "none" || (await isPlainGzip(file, facts.bytes)))
  );
}

interface Rewritten {
  /** Names of the columns that are kept, if they are others than a table's. */
  readonly names?: readonly string[];
  /** Records that are read in another way. */
  readonly except?: (record: RecordFields) => boolean;
  /** Whether each has its number, and why it is broken, before its fields. */
  readonly numbered?: boolean;
}

async function* rewrittenPieces(
  { table, encoding }: Survey,
  { scratch, signal }: Work,
  log: RewriteLog,
  { names = table.aliases, except, numbered = false }: Rewritten = {},
): AsyncGenerator<Piece> {
  const path = literalPath(scratch.file);
  if (path === undefined) {
    throw new QuadratError(
      "output",
      `DuckDB can't read ${scratch.file}: its name contains both a backslash and a wildcard`,
      {
        hint: "give the output directory another name",
        place: { file: scratch.file },
      },
    );
  }
  const columns = partNames(table, names, numbered);
  const source = readCsv({ path, gzip: false, delimiter: "\t", header: false, columns });
  const [record, broken] = numberNames;
  const select = numbered
    ? `SELECT * REPLACE (${record}::BIGINT AS ${record}, nullif(${broken}, '')::UTINYINT AS ${broken}) FROM ${source}`
    : `SELECT * FROM ${source}`;
  const text = readUtf8(table.file, table.packing, encoding, signal);
  const rewriting = { table, text, target: scratch.file, numbered, ...(except && { except }) };
  for await (const part of rewrite(rewriting, log)) {
    if (part.bytes > 0) yield { select };
  }
}
