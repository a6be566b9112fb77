import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfig, type ConfigProblem } from "../../src/host.js";
import { keyPositionOf } from "../../src/config/tree.js";
import { readYaml } from "../../src/config/yaml.js";
import { refusal, sound } from "./refusal.js";

describe("what is not a configuration", () => {
  it.each([
    [
      "an empty file",
      "",
      /1:1 : the file is empty; a configuration is a mapping with the keys grid, datasets/,
    ],
    ["comments only", "# nothing\n", /the file is empty/],
    ["a list", "- a\n- b", /1:1 : found a list of 2; a configuration is a mapping/],
    ["a text", "hello", /found the text "hello"/],
    ["a tab", `${sound}merge:\n\tjoin: all`, /5:1 : a tab is used for indentation; use spaces/],
    [
      "a key out of line",
      `${sound}merge:\n    join: all\n  mode: 1\n`,
      /6:1 : .*check the spaces before this line/,
    ],
    ["an open bracket", "grid: [1,\n", /2:1 : Flow sequence/],
    ["two mappings in a line", "grid:\n  crs: a: b\n", /2:8 : .*put a value that holds ": " in quotes/],
    ["a second document", `${sound}---\ngrid: {}`, /4:1 : a second document begins here/],
    ["YAML 1.1", `%YAML 1.1\n---\n${sound}`, /1:1 : %YAML 1.1: configurations are YAML 1.2/],
    ["an unknown directive", `%FOO bar\n---\n${sound}`, /Unknown directive %FOO/],
    ["an unknown tag", `${sound}threads: !secret 2`, /4:10 : Unresolved tag: !secret; tags are not used/],
    [
      "a tag of other schemas",
      `${sound}threads: !!binary aGk=`,
      /4:19 : the tag tag:yaml.org,2002:binary; tags are not/,
    ],
    ["a tag that turns a mapping into a class", "!!python/object:os.system {}", /tags are not used/],
    ["a key that is a list", `${sound}? [a]\n: 1`, /4:3 : a key must be plain text/],
    ["an alias of nothing", `${sound}threads: *four`, /4:10 : \*four is not defined/],
    ["an alias of what it is in", `${sound}threads: &a [*a]`, /4:14 : \*a is not defined/],
    ["deep nesting", "[".repeat(200_000), /1:52 : nested more than 50 deep/],
    ["deep mappings", "{a: ".repeat(50_000), /nested more than 50 deep/],
    ["deep lists by dashes", "- ".repeat(50_000), /nested more than 50 deep/],
    [
      "a duplicate key",
      `${sound}threads: 2\nthreads: 2`,
      /5:1 : the key "threads" was given twice; it was already given in line 4/,
    ],
    ["a duplicate key, quoted once", `${sound}threads: 2\n"threads": 3`, /the key "threads" was given twice/],
  ])("%s", (_, text, message) => {
    expect(refusal(text)).toContainEqual(expect.stringMatching(message));
  });

  it("refuses a few aliases that stand for billions of values", () => {
    const levels = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"];
    for (const [under, level] of ["ab", "bc", "cd", "de", "ef", "fg", "gh", "hi", "ij"]) {
      levels.push(`${level}: &${level} [${Array(10).fill(`*${under}`).join(", ")}]`);
    }
    expect(refusal(levels.join("\n"))).toContainEqual(
      expect.stringContaining("aliases and lists expand to more than 100000 values"),
    );
  });

  it("is not changed by names that JavaScript knows", () => {
    const text = `${sound}  constructor: {path: a.tif}\n  toString: {path: b.tif}\n`;
    expect(Object.keys(parseConfig(text, { file: "c.yml" }).datasets)).toEqual([
      "elevation",
      "constructor",
      "toString",
    ]);
    expect(refusal(`${sound}  __proto__: {path: a.tif, polluted: 1}`)[0]).toMatch(
      /4:3 : "__proto__" can't be a name/,
    );
    expect(refusal(sound, { overrides: ["__proto__.polluted=1"] })[0]).toMatch(/a setting is key=value/);
    expect(refusal(`${sound}hasOwnProperty: 1`)[0]).toMatch(/4:1 hasOwnProperty: unknown key/);
    expect({}).not.toHaveProperty("polluted");
  });
});

describe("what YAML allows", () => {
  it("reads anchors, aliases and merge keys, the keys at hand winning", () => {
    const text = `
grid: {crs: EPSG:4326, resolution: 1, bounds: [0, 0, 1, 1]}
datasets:
  a: &base {path: climate.tif, type: count, band: 1}
  b: {<<: *base, band: 2}
  c: {<<: [{band: 3}, *base]}
`;
    const { datasets } = parseConfig(text, { file: "config.yml" });
    expect([datasets["a"], datasets["b"], datasets["c"]]).toMatchObject([
      { type: "count", band: 1 },
      { type: "count", band: 2 },
      { type: "count", band: 3 },
    ]);
  });

  it("reads keys as they are written: a name may look like a number, a truth or nothing", () => {
    const text = `${sound}  true: {path: a.tif}\n  null: {path: b.tif}\n  1.50: {path: c.tif}\n  yes: {path: d.tif}\n`;
    const names = ["elevation", "true", "null", "1.50", "yes"];
    expect(Object.keys(parseConfig(text, { file: "config.yml" }).datasets)).toEqual(names);
  });

  it("reads a byte order mark, CRLF and a section with nothing under it", () => {
    const text = `\ufeff${sound}merge:\nplugins:\nexperiments:\n`.replaceAll("\n", "\r\n");
    expect(parseConfig(text, { file: "config.yml" }).merge.join).toBe("outer");
  });

  it("reads numbers in every way that YAML 1.2 writes them", () => {
    const text = `${sound}resampling: {window_size: 0x200}\nthreads: 0o10\nmemory: {warning_threshold: 7.5e-1}\n`;
    const config = parseConfig(text, { file: "config.yml" });
    expect([config.resampling.windowSize, config.threads, config.memory.warningThreshold]).toEqual([
      512, 8, 0.75,
    ]);
  });
});

describe("positions", () => {
  const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");

  it("are those that PyYAML finds", () => {
    const expected = JSON.parse(fixture("positions.json")) as [
      path: string[],
      line: number,
      column: number,
    ][];
    const problems: ConfigProblem[] = [];
    const tree = readYaml(fixture("contract.yml"), "contract.yml", problems)!;
    expect(problems).toEqual([]);
    expect(expected).toHaveLength(60);
    for (const [path, line, column] of expected) {
      expect([path, keyPositionOf(tree, path)]).toEqual([path, { source: "contract.yml", line, column }]);
    }
  });
});
