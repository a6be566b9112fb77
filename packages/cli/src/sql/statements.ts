import { readFile } from "node:fs/promises";
import { QuadratError } from "@quadrat/core";
import { statementsOf } from "@quadrat/core/host";

/** Where a command's query comes from. */
export interface QuerySource {
  readonly query: string | undefined;
  readonly file: string | undefined;
}

/**
 * The statements to run, from the argument, `--file` or standard input.
 * @throws QuadratError of kind "usage" if there is none, or more than one source
 */
export async function readStatements({ query, file }: QuerySource): Promise<string[]> {
  if (query !== undefined && file !== undefined) {
    throw new QuadratError("usage", "both a query and --file were given", { hint: "leave one of them out" });
  }
  const statements = statementsOf(await textOf({ query, file }));
  if (statements.length > 0) return statements;
  throw new QuadratError("usage", "no query was given", {
    hint: `give one, such as quadrat sql "SELECT * FROM merged"; on a terminal, leaving it out opens a prompt`,
  });
}

async function textOf({ query, file }: QuerySource): Promise<string> {
  if (file !== undefined && file !== "-") {
    return readFile(file, "utf8").catch((cause: unknown) => {
      throw new QuadratError("usage", `can't read ${file}: ${(cause as Error).message}`, {
        cause,
        place: { file },
      });
    });
  }
  if (query !== undefined && query !== "-") return query;
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("utf8");
}
