import { createReadStream } from "node:fs";
import { join } from "node:path";
import { QuadratError } from "@quadrat/core";
import { cleanedUp } from "@quadrat/core/base";
import { makeTemporaryFolder, withReader } from "@quadrat/core/host";
import type { Output } from "../output.js";
import { interruptible } from "../signals.js";
import { runPrompt } from "../sql/prompt.js";
import { readStatements } from "../sql/statements.js";
import { binary, checkOutput, formatOf } from "../sql/target.js";
import { writeResult, writeResultTo, writtenBy } from "../sql/write.js";
import { shortPath } from "../report.js";
import { readerOptions, storeOf, type StoreOptions } from "../store-options.js";
import { formatBytes } from "../units.js";

interface SqlOptions extends StoreOptions {
  /** The argument of the command. */
  readonly folder?: string;
  readonly format?: string;
  readonly output?: string;
  readonly file?: string;
  readonly param?: readonly string[];
  readonly rows?: string;
}

/** Queries the store in read-only SQL. */
export async function run(options: SqlOptions, output: Output): Promise<void> {
  const { folder: query, file, output: target, param: parameters = [] } = options;
  const format = formatOf(options.format, output.json, target);
  const rows = rowsOf(options.rows);
  const store = await storeOf(options);
  if (query === undefined && file === undefined && process.stdin.isTTY) {
    if (target !== undefined || binary.has(format) || parameters.length > 0) throw needsQuery();
    const reader = readerOptions(options, output);
    await runPrompt({ store, reader, format, rows, output, streams: process });
    return;
  }
  const statements = await readStatements({ query, file });
  if (statements.length > 1 && (target !== undefined || binary.has(format) || parameters.length > 0)) {
    throw new QuadratError(
      "usage",
      `${statements.length} statements were given, but --output, --param and binary formats take only one`,
      {
        hint: "give one statement, or leave out these options to run any number",
      },
    );
  }
  if (target === undefined && binary.has(format) && process.stdout.isTTY) {
    throw new QuadratError("usage", `${format} is a binary format and can't be shown on a terminal`, {
      hint: "add --output FILE",
    });
  }
  await interruptible(
    output,
    async (signal) => {
      for (const sql of statements) {
        await answer({ sql, parameters, format, rows, signal }, { target, store, options, output });
      }
    },
    "",
  );
}

interface Where {
  readonly target: string | undefined;
  readonly store: string;
  readonly options: SqlOptions;
  readonly output: Output;
}

async function answer(asked: Parameters<typeof writeResult>[1], where: Where): Promise<void> {
  const { target, store, options, output } = where;
  const { signal, format } = asked;
  if (target === undefined && format === "parquet") return parquetToStdout(asked, where);
  const reader = { ...readerOptions(options, output), signal };
  const allowed = target === undefined ? undefined : writtenBy(target, format);
  await withReader(store, { ...reader, output: allowed }, async (opened) => {
    if (target === undefined) {
      await writeResult(opened, asked, output).catch(unlessGone);
      return;
    }
    await checkOutput(target, opened, options.config);
    const { bytes } = await writeResultTo(target, opened, asked, output);
    output.tell(`wrote ${shortPath(target)}, ${formatBytes(bytes)}`);
  });
}

/** Parquet can't be streamed, so it is written to a file first and copied from there. */
async function parquetToStdout(
  asked: Parameters<typeof writeResult>[1],
  { store, options, output }: Where,
): Promise<void> {
  const folder = await makeTemporaryFolder();
  const path = join(folder.path, "result.parquet");
  const write = async (): Promise<void> => {
    const reader = { ...readerOptions(options, output), signal: asked.signal, output: path };
    await withReader(store, reader, (opened) => opened.copyTo(path, asked.sql, asked.parameters));
    for await (const piece of createReadStream(path)) await output.write(piece as Buffer).catch(unlessGone);
  };
  await cleanedUp(write, () => folder.remove());
}

/** The reader of stdout may close it early, as in `quadrat sql ... | head`. */
function unlessGone(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
}

function rowsOf(given: string | undefined): number {
  if (given === undefined) return 40;
  const rows = Number(given);
  if (Number.isInteger(rows) && rows >= 0) return rows;
  throw new QuadratError("usage", `--rows ${given} is not a number of rows`, {
    hint: "give a whole number, 0 or above",
  });
}

function needsQuery(): QuadratError {
  return new QuadratError("usage", "--output, --param and binary formats need a query", {
    hint: "give the query, --file FILE, or - to read it from standard input",
  });
}
