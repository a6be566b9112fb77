import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configJsonSchema } from "../../src/host.js";

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
  readonly additionalProperties?: SchemaNode | false;
  readonly default?: string | number | boolean | readonly string[];
}

const text = readFileSync(new URL("../../../../docs/configuration.md", import.meta.url), "utf8");
const chapters = new Map(text.split(/^## /m).map((chapter) => [chapter.split("\n")[0]!, chapter]));
const properties = (configJsonSchema() as SchemaNode).properties!;

/** The rows of a chapter's tables, by the names in their first cell. */
function rowsOf(chapter: string): Map<string, string[]> {
  const rows = chapter.split("\n").filter((line) => line.startsWith("| `"));
  return new Map(
    rows.flatMap((row) => {
      const cells = row
        .slice(2, -2)
        .split(" | ")
        .map((cell) => cell.trim());
      return [...cells[0]!.matchAll(/`([^`]+)`/g)].map((name) => [name[1]!, cells] as const);
    }),
  );
}

function keysOf(section: string): Readonly<Record<string, SchemaNode>> {
  const node = properties[section]!;
  if (section === "datasets") return (node.additionalProperties as SchemaNode).properties!;
  return node.anyOf!.find((part) => part.properties)!.properties!;
}

describe("docs/configuration.md", () => {
  it("has every section", () => {
    const overview = rowsOf(chapters.get("# Configuration") ?? text.split(/^## /m)[0]!);
    expect([...overview.keys()].sort()).toEqual(Object.keys(properties).sort());
  });

  it.each(["grid", "datasets", "resampling", "merge", "export", "memory"])(
    "has every key of %s, and its default",
    (section) => {
      const rows = rowsOf(chapters.get(section)!);
      const keys = keysOf(section);
      expect([...rows.keys()].sort()).toEqual(Object.keys(keys).sort());
      for (const [name, { default: value }] of Object.entries(keys)) {
        if (value === undefined) continue;
        const shown = Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
        expect(`${name} ${rows.get(name)![3]}`).toBe(`${name} \`${shown}\``);
      }
    },
  );
});
