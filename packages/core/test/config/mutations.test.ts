import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isQuadratError } from "../../src/index.js";
import { parseConfig } from "../../src/host.js";

const good = readFileSync(new URL("fixtures/contract.yml", import.meta.url), "utf8");

/** Parses and returns whether it was accepted; anything but a usage error is thrown on. */
function accepted(text: string, overrides: readonly string[] = []): boolean {
  try {
    parseConfig(text, { file: "config.yml", overrides });
    return true;
  } catch (error) {
    if (isQuadratError(error) && error.kind === "usage" && error.message.length < 100_000) return false;
    throw error;
  }
}

// prettier-ignore
const fragment = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom(
    "\t", "\n", "  ", ": ", "- ", "? ", "&a ", "*a", "<<: ", "!!str ", "!x ", "[", "]", "{", "}", ",", "'", '"', "|\n", ">-\n", "#",
    "---\n", "...\n", "%YAML 1.1\n", "\u0000", "\ufeff", "\ud800", "null", "~", ".nan", "-.inf", "1e999", "0x", "__proto__: ",
    "constructor: ", "grid: ", "path: ", "x: ",
  ),
);

interface Mutation {
  readonly at: number;
  readonly drop: number;
  readonly insert: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(good.length),
  drop: fc.oneof(fc.constant(0), fc.nat(30)),
  insert: fragment,
});

function mutate(text: string, mutations: readonly Mutation[]): string {
  return mutations.reduce(
    (now, { at, drop, insert }) => now.slice(0, at) + insert + now.slice(at + drop),
    text,
  );
}

/** Any value at all that YAML can hold. */
const value = fc.jsonValue({ maxDepth: 3 }).map((json) => JSON.stringify(json));

// prettier-ignore
const leaf = fc.constantFrom(
  "grid", "grid.crs", "grid.resolution", "grid.bounds", "datasets", "datasets.elevation", "datasets.elevation.path",
  "datasets.sloths.x", "datasets.bio12.nodata", "datasets.toucans.options", "resampling.window_size", "merge", "merge.join",
  "export.formats", "export.name", "memory.limit", "memory.backend", "plugins", "threads", "experiments", "nothing.of.this",
);

describe("a configuration with mistakes", () => {
  it("is accepted or refused, and never anything else", () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
        accepted(mutate(good, mutations));
      }),
      { numRuns: 700 },
    );
  });

  it("is accepted or refused whatever --set says", () => {
    const override = fc.oneof(
      fc.tuple(leaf, value).map(([key, text]) => `${key}=${text}`),
      fc.tuple(leaf, fragment).map(([key, text]) => `${key}=${text}`),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(override, { maxLength: 4 }), (overrides) => {
        accepted(good, overrides);
      }),
      { numRuns: 700 },
    );
  });

  it("is accepted as it stands", () => {
    expect(accepted(good)).toBe(true);
  });

  it("is refused for any key that is not known, wherever it stands", () => {
    const place = fc.constantFrom(
      "",
      "grid.",
      "datasets.elevation.",
      "resampling.",
      "merge.",
      "export.",
      "memory.",
    );
    fc.assert(
      fc.property(place, fc.stringMatching(/^q[a-z]{1,12}$/), (section, key) => {
        expect(accepted(good, [`${section}${key}=1`])).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
