import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../commands/in-process.js";
import { repository } from "../e2e/support/quadrat.js";

const text = readFileSync(join(repository, "docs/sql.md"), "utf8");
const questions = [
  ...text.matchAll(/^### (\d+\. .*)\n[^#]*?^```sql\n([^]*?)^```\n\n^```text\n([^]*?)^```$/gm),
];

let folder: string;
const store = (): string => join(folder, "quadrat.duckdb");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quadrat-questions-"));
  const config = ["--config", join(repository, "config.yml"), "--experiment", "quickstart"];
  const { code, stderr } = await command("run", ...config, "--json", "--set", `export.directory=${folder}`);
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("docs/sql.md", () => {
  it("asks ten questions", () => {
    expect(questions.map(([, title]) => Number.parseInt(title!))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it.each(questions.map(([, title, query, answer]) => [title!, query!, answer!]))(
    "%s",
    async (_, query, answer) => {
      const { stdout, stderr } = await command("sql", "--store", store(), query);
      expect(stderr).toBe("");
      expect(stdout).toBe(answer);
    },
  );

  it("names every table and column that the store has", async () => {
    const { stdout } = await command("tables", "--store", store(), "--json");
    const { tables } = JSON.parse(stdout) as {
      tables: { schema: string; name: string; columns: { name: string }[] }[];
    };
    const documented = new Map(
      [...text.matchAll(/^\| `(\w+)` +\| `([^`]+)`/gm)].map(([, name, columns]) => [name!, columns!]),
    );
    for (const { schema, name, columns } of tables) {
      if (schema !== "main" || name === "merged") continue;
      const names = columns.map((column) => (column.name === "limit" ? '"limit"' : column.name));
      expect(documented.get(name), name).toBe(names.join(", "));
    }
  });
});
