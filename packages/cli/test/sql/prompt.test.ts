import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOutput } from "../../src/output.js";
import { complete } from "../../src/sql/complete.js";
import { historyFile } from "../../src/sql/history.js";
import { runPrompt } from "../../src/sql/prompt.js";
import { makeStudy } from "./store.js";

let folder: string;
let store: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-prompt-test-"));
  ({ store } = await makeStudy(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Step {
  /** What has to have been shown since the last step before the keys are pressed. */
  readonly after: string;
  readonly keys: string;
}

/** Holds a conversation with the prompt on streams in place of a terminal; returns all that was shown. */
async function converse(steps: readonly Step[]): Promise<string> {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const left = [...steps];
  let [shown, seen] = ["", 0];
  const show = (text: string): void => {
    shown += text;
    const next = left[0];
    const at = next ? shown.indexOf(next.after, seen) : -1;
    if (!next || at < 0) return;
    seen = at + next.after.length;
    left.shift();
    setImmediate(() => {
      stdin.write(next.keys);
      show("");
    });
  };
  stdout.on("data", (bytes: Buffer) => show(bytes.toString()));
  const output = {
    ...createOutput(["--quiet"]),
    result: show,
    tell: (line: string) => show(`${line}\n`),
    write: (piece: Uint8Array | string) => {
      show(typeof piece === "string" ? piece : Buffer.from(piece).toString());
      return Promise.resolve();
    },
  };
  const reader = { memoryBytes: 2e8, threads: 1 };
  await runPrompt({ store, reader, format: "table", rows: 40, output, streams: { stdin, stdout } });
  expect(left).toEqual([]);
  return shown;
}

const prompt = "quadrat> ";

describe("the prompt", () => {
  it("answers statements over several lines, tells errors and goes on, and ends at Ctrl-D", async () => {
    const shown = await converse([
      { after: prompt, keys: "SELECT count(*) AS n\r" },
      { after: "...> ", keys: "FROM merged;\r" },
      { after: "(1 row)", keys: "SELEC 1;\r" },
      { after: 'syntax error at or near "SELEC"', keys: "COPY grid TO 'x.csv';\r" },
      { after: "COPY is refused", keys: ".schema grid\r" },
      { after: "x_resolution  DOUBLE", keys: ".tables\r" },
      { after: 'staged."elevation"', keys: ".nonsense\r" },
      { after: "unknown command .nonsense", keys: "\u0004" },
    ]);
    expect(shown).toMatch(/ n\n--\n96\n/);
  });

  it("drops a statement at Ctrl-C, and stops a query that runs", async () => {
    await converse([
      { after: prompt, keys: "SELECT 1 +\r" },
      { after: "...> ", keys: "garbage\u0003" },
      { after: prompt, keys: "SELECT 40 + 2 AS answer;\r" },
      { after: "    42\n", keys: "" },
      {
        after: prompt,
        keys: "SELECT sum(a.range * b.range % 7) FROM range(1000000) a, range(10000000) b;\r",
      },
      { after: "b;", keys: "\u0003" },
      { after: "stopped", keys: "SELECT 43 AS answer;\r" },
      { after: "    43\n", keys: ".quit\r" },
    ]);
  });

  it("keeps its history for the user alone", async () => {
    await converse([
      { after: prompt, keys: "SELECT 4711 AS remembered;\r" },
      { after: "(1 row)", keys: "\u0004" },
    ]);
    expect(await readFile(historyFile(), "utf8")).toContain("SELECT 4711 AS remembered;\n");
    expect((await stat(historyFile())).mode & 0o777).toBe(0o600);
    await converse([
      { after: prompt, keys: "\u001b[A\r" },
      { after: "4711\n(1 row)", keys: "\u0004" },
    ]);
  });
});

describe("completion", () => {
  const relations = [
    { schema: "main", name: "merged", view: true, columns: [{ name: "elevation", type: "FLOAT" }] },
    { schema: "staged", name: "elevation", view: true, columns: [{ name: "value", type: "FLOAT" }] },
    { schema: "staged", name: 'odd "name"', view: true, columns: [] },
  ];

  it("knows tables, columns and keywords, in quotes where they must be", () => {
    expect(complete("SELECT ele", relations)).toEqual([["elevation"], "ele"]);
    expect(complete("FROM staged.", relations)[0]).toEqual(['staged."elevation"', 'staged."odd ""name"""']);
    expect(complete("FROM od", relations)[0]).toEqual(['"odd ""name"""']);
    expect(complete("SEL", relations)[0]).toEqual(["SELECT"]);
    expect(complete(".sch", relations)).toEqual([[".schema"], ".sch"]);
    expect(complete(".schema mer", relations)).toEqual([["merged"], "mer"]);
  });
});
