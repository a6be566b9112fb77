import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configJsonSchema } from "../../src/host.js";
import { sound } from "./refusal.js";

const committed: unknown = JSON.parse(
  readFileSync(new URL("../../../../schema/quadrat.schema.json", import.meta.url), "utf8"),
);
const validate = new Ajv({ strict: false }).compile(committed as object);
const accepts = (text: string): boolean => validate(parse(text));

describe("the JSON schema", () => {
  it("is the one that configurations are checked by: else run `npm run schema`", () => {
    expect(committed).toEqual(configJsonSchema());
  });

  it("accepts the documented configurations", () => {
    const contract = readFileSync(new URL("fixtures/contract.yml", import.meta.url), "utf8");
    const example = readFileSync(new URL("../../../../config.yml", import.meta.url), "utf8");
    for (const text of [contract, example, sound, `${sound}merge:\nplugins:\nexperiments:\n  a:\n`]) {
      expect(accepts(text), JSON.stringify(validate.errors)).toBe(true);
    }
    expect(
      accepts(`${sound}experiments: {a: {grid: {like: a.tif, crs: null}, datasets: {elevation: null}}}`),
    ).toBe(true);
  });

  it.each([
    `${sound}mrege: {}`,
    `${sound}merge: {jion: outer}`,
    `${sound}merge: {join: otuer}`,
    `${sound}  a: {pth: a.tif}`,
    `${sound}resampling: {window_size: 128}`,
    `${sound}memory: {limit: 512}`,
    `${sound}memory: {limit: lots}`,
    `${sound}export: {formats: csv}`,
    `${sound}experiments: {a: {merge: {jion: outer}}}`,
    `${sound}experiments: {a: {mrege: {}}}`,
    "grid: {resolution: 0}\ndatasets: {a: {path: a.tif}}",
  ])("refuses %j", (text) => {
    expect(accepts(text)).toBe(false);
  });
});
