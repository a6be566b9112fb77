import { createInterface } from "node:readline";
import { isAbort, isQuadratError, QuadratError } from "@quadrat/core";
import {
  readRelations,
  relationText,
  splitStatements,
  withReader,
  type OpenReaderOptions,
  type Relation,
  type StoreReader,
} from "@quadrat/core/host";
import { failureOf, writeFailure } from "../failure.js";
import type { Output } from "../output.js";
import { shortPath } from "../report.js";
import { tableText } from "../table.js";
import { complete } from "./complete.js";
import { historySize, readHistory, writeHistory } from "./history.js";
import type { Format } from "./target.js";
import { writeResult } from "./write.js";

export interface PromptOptions {
  readonly store: string;
  readonly reader: OpenReaderOptions;
  readonly format: Format;
  readonly rows: number;
  readonly output: Output;
  readonly streams: { readonly stdin: NodeJS.ReadableStream; readonly stdout: NodeJS.WritableStream };
}

const [first, further] = ["quadrat> ", "    ...> "];

const help = `A statement ends in a semicolon and may take several lines. Ctrl-C drops it, or stops a query; Ctrl-D ends.
.tables         what is in the store
.schema [NAME]  columns and their types
.quit           ends
`;

/**
 * Reads statements and answers them until the input ends. The store is open only while a statement runs, so that a
 * run can begin in between.
 * @throws QuadratError if there is no store
 */
export async function runPrompt(options: PromptOptions): Promise<void> {
  const { store, output, streams } = options;
  let relations: Relation[] = [];
  let query: AbortController | undefined;

  const withStore = (work: (reader: StoreReader, signal: AbortSignal) => Promise<void>): Promise<void> => {
    query = new AbortController();
    const { signal } = query;
    return withReader(store, { ...options.reader, signal }, (reader) => work(reader, signal)).finally(() => {
      query = undefined;
    });
  };
  const look = (): Promise<void> =>
    withStore(async (reader) => {
      relations = await readRelations(reader);
    });
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (isAbort(error) || (isQuadratError(error) && error.kind === "interrupted")) output.tell("stopped");
      else writeFailure(await failureOf(error), output);
    }
  };

  await look().catch((error: unknown) => {
    // A store in use may be free by the time of the first statement.
    if (!isQuadratError(error) || error.kind !== "output") throw error;
    output.tell(error.message);
  });
  const terminal = createInterface({
    input: streams.stdin,
    output: streams.stdout,
    terminal: true,
    prompt: first,
    history: readHistory(),
    historySize,
    removeHistoryDuplicates: true,
    completer: (line: string) => complete(line, relations),
  });
  terminal.on("history", (lines) => writeHistory(lines));
  output.tell(`${shortPath(store)}, read-only; type .help for help`);

  let pending = "";
  const answer = async (line: string): Promise<void> => {
    if (pending === "" && line.trimStart().startsWith(".")) {
      const [name, argument] = line.trim().split(/\s+(.*)/s);
      if (name === ".quit" || name === ".exit") terminal.close();
      else if (name === ".help") await output.write(help);
      else if (name === ".tables" || name === ".schema") {
        await attempt(look);
        await attempt(() => output.write(listText(relations, name === ".schema", argument)));
      } else output.tell(`unknown command ${name}; .help lists the commands`);
      return;
    }
    const { complete: statements, rest } = splitStatements(`${pending}${line}\n`);
    pending = rest;
    for (const sql of statements) {
      await attempt(() =>
        withStore((reader, signal) =>
          writeResult(reader, { ...options, parameters: [], sql, signal }, output),
        ),
      );
    }
  };

  let last = Promise.resolve();
  terminal.on("line", (line) => {
    last = last.then(async () => {
      await answer(line);
      terminal.setPrompt(pending === "" ? first : further);
      if (!("closed" in terminal && terminal.closed)) terminal.prompt();
    });
  });
  terminal.on("SIGINT", () => {
    if (query) {
      query.abort();
      return;
    }
    pending = "";
    streams.stdout.write("^C\n");
    terminal.setPrompt(first);
    // Drops the current line: readline has no method for it, but this key clears the line.
    terminal.write(null, { ctrl: true, name: "e" });
    terminal.write(null, { ctrl: true, name: "u" });
    terminal.prompt();
  });
  const closed = new Promise<void>((resolve) => terminal.once("close", resolve));
  terminal.prompt();
  await closed;
  query?.abort();
  await last;
  streams.stdout.write("\n");
  if (pending !== "") output.tell("the last statement has no semicolon; it was not run");
}

function listText(relations: readonly Relation[], columns: boolean, name: string | undefined): string {
  const wanted = name?.replace(/;$/, "").toLowerCase();
  const chosen = relations.filter(
    (relation) =>
      !wanted || [relation.name, relationText(relation)].some((text) => text.toLowerCase() === wanted),
  );
  if (chosen.length === 0) {
    throw new QuadratError("usage", wanted ? `no table or view is called ${name}` : "the store is empty");
  }
  const rows = columns
    ? chosen.flatMap((relation) => [
        [relationText(relation), ""],
        ...relation.columns.map(({ name: column, type }) => [`  ${column}`, type]),
      ])
    : chosen.map((relation) => [relationText(relation), relation.columns.map((one) => one.name).join(", ")]);
  return `${tableText(rows).join("\n")}\n`;
}
