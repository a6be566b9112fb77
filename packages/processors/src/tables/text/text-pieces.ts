import { QuadratError } from "@quadrat/core";
import { literalPath, readCsv } from "./duckdb-csv.js";
import { readUtf8 } from "./encoding.js";
import { isPlainGzip } from "./gzip.js";
import type { Piece, Work } from "../reader.js";
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
  const { file, gzip, dialect, names, headerLine } = table;
  return (
    encoding.label === "utf-8" &&
    !(dialect.quoted && facts.hasQuotes) &&
    !(dialect.escaped && facts.hasEscapes) &&
    !dialect.merged &&
    dialect.comment === undefined &&
    !facts.hasCarriageReturns &&
    headerLine === 1 &&
    names.length <= maxPlainColumns &&
    (!gzip || (await isPlainGzip(file, facts.bytes)))
  );
}

async function* rewrittenPieces(
  { table, encoding }: Survey,
  { scratch, signal }: Work,
  log: RewriteLog,
  options: { readonly except?: (record: RecordFields) => boolean; readonly numbered?: boolean },
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
  const columns = [...(options.numbered ? ["record", "broken"] : []), ...table.aliases];
  const source = readCsv({ path, gzip: false, delimiter: "\t", header: false, columns });
  const select = options.numbered
    ? `SELECT * REPLACE (record::BIGINT AS record, nullif(broken, '')::UTINYINT AS broken) FROM ${source}`
    : `SELECT * FROM ${source}`;
  const text = readUtf8(table.file, table.gzip, encoding, signal);
  for await (const part of rewrite({ table, text, target: scratch.file, ...options }, log)) {
    if (part.bytes > 0) yield { select };
  }
}
