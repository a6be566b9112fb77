import { readFile } from "node:fs/promises";
import { QuadratError } from "@quadrat/core";
import { statementsOf } from "@quadrat/core/host";

/** Where a command's query comes from. */
export interface QuerySource {
  readonly query: string | undefined;
  readonly file: string | undefined;
}

/**
 * The statements to run: of the argument, of `--file`, or of standard input.
 * @throws QuadratError of kind "usage" when there is none, or more than one source
 */
export async function readStatements({ query, file }: QuerySource): Promise<string[]> {
  if (query !== undefined && file !== undefined) {
    throw new QuadratError("usage", "a query and --file are given", { hint: "leave one of the two out" });
  }
  const statements = statementsOf(await textOf({ query, file }));
  if (statements.length > 0) return statements;
  throw new QuadratError("usage", "there is no query", {
    hint: `give one, such as quadrat sql "SELECT * FROM merged"; without one on a terminal there is a prompt`,
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
