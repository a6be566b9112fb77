import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { Grid, type DatasetConfig } from "@quadrat/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixtures, useBench, type Bench } from "./support.js";

/** One cell. */
const world = new Grid({ crs: "EPSG:4326", resolution: [360, 180], bounds: [-180, -90, 180, 90] });

interface Kept {
  readonly records: number;
  /** Of the column n. */
  readonly sum: number;
  readonly species: number;
}

/** What we make of a table, and how many of its records we left out. */
async function keep(
  bench: Bench,
  content: Uint8Array,
  dataset: Partial<DatasetConfig>,
): Promise<Kept & { readonly left: Readonly<Record<string, number>> }> {
  const path = await bench.put("table.csv", content);
  const named = await bench.lay(
    path,
    { ...dataset, measure: "species", species: "species" },
    { grid: world },
  );
  const summed = await bench.lay(path, { ...dataset, measure: "sum", value: "n" }, { grid: world });
  return {
    records: named.report.used,
    species: named.cells[0]?.[1] ?? 0,
    sum: summed.cells[0]?.[1] ?? 0,
    left: named.report.skipped,
  };
}

interface Case extends Kept {
  readonly name: string;
  readonly file: string;
  readonly dataset: Partial<DatasetConfig>;
}

describe("a random table by pandas or R has the records that its own reader finds", () => {
  const bench = useBench();
  const text = gunzipSync(readFileSync(join(fixtures, "dialects.json.gz"))).toString();
  const cases = JSON.parse(text) as Case[];

  it.each(cases)("$name", async ({ file, dataset, records, sum, species }) => {
    const kept = await keep(bench, Buffer.from(file, "base64"), dataset);
    expect(kept).toEqual({ records, sum, species, left: {} });
  });
});

const species = ["Aus bus", "Aus cus", "Dus eus", "Zürichia sp."] as const;
const place = fc.integer({ min: -89, max: 89 });

interface Hand {
  readonly species: string;
  readonly x: number;
  readonly y: number;
  readonly n: number;
  readonly note: string;
}

const hand = (notes: readonly string[]): fc.Arbitrary<Hand[]> =>
  fc.array(
    fc.record({
      species: fc.constantFrom(...species),
      x: place.map((v) => v + 0.5),
      y: place.map((v) => v + 0.25),
      n: fc.integer({ min: 0, max: 9 }),
      note: fc.constantFrom(...notes),
    }),
    { minLength: 1, maxLength: 12 },
  );

const kept = (rows: readonly Hand[]): Kept & { left: object } => ({
  records: rows.length,
  species: new Set(rows.map((row) => row.species)).size,
  sum: rows.reduce((total, { n }) => total + n, 0),
  left: {},
});

const header = ["species", "decimalLongitude", "decimalLatitude", "n", "note"];
const fieldsOf = ({ species, x, y, n, note }: Hand): string[] => [species, `${x}`, `${y}`, `${n}`, note];

type Encode = (text: string) => Uint8Array;
const encodings: readonly Encode[] = [
  (text) => Buffer.from(text),
  (text) => Buffer.from(`\ufeff${text}`),
  (text) => Buffer.from(`\ufeff${text}`, "utf16le"),
  (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(),
  (text) => Buffer.from(text, "latin1"),
];

const written = fc.record({
  encode: fc.constantFrom(...encodings),
  gzip: fc.boolean(),
  end: fc.constantFrom("\n", "\r\n", "\r"),
  last: fc.boolean(),
});

describe("a random table by hand has the records that were written", () => {
  const bench = useBench();
  const lay = async (
    lines: readonly string[],
    { encode, gzip, end, last }: { encode: Encode; gzip: boolean; end: string; last: boolean },
    dataset: Partial<DatasetConfig> = {},
  ): Promise<unknown> => {
    const bytes = encode(lines.join(end) + (last ? end : ""));
    return keep(bench, gzip ? gzipSync(bytes) : bytes, dataset);
  };

  it("without quoting, where quotes stand anywhere", async () => {
    const notes = ['"', '"a', 'b"', '"c" d "e"', 'f "g', "plain", '"h"', ""];
    await fc.assert(
      fc.asyncProperty(hand(notes), written, fc.constantFrom("\t", "|"), async (rows, how, delimiter) => {
        const lines = [header, ...rows.map(fieldsOf)].map((fields) => fields.join(delimiter));
        expect(await lay(lines, how)).toEqual(kept(rows));
        expect(await lay(lines, how, { quoting: "none" })).toEqual(kept(rows));
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it("with quotes where they are needed, doubled or after a backslash", async () => {
    const notes = ["two\nlines", 'say "so"', "a,b\tc|d;e", "plain", '"', ""];
    await fc.assert(
      fc.asyncProperty(
        hand(notes),
        written,
        fc.constantFrom("\t", "|", ",", ";", " "),
        fc.constantFrom('""', '\\"'),
        async (rows, how, delimiter, escape) => {
          const write = (field: string): string =>
            /^$|["\n,;|\t ]/.test(field) ? `"${field.replaceAll('"', escape)}"` : field;
          const lines = [header, ...rows.map(fieldsOf)].map((fields) => fields.map(write).join(delimiter));
          expect(await lay(lines, how)).toEqual(kept(rows));
        },
      ),
      { seed: 2, numRuns: 30 },
    );
  });

  it("with backslashes before what would end a field, and no quotes", async () => {
    const notes = ["two\nlines", "a\tb", 'c "d', "plain", '"e', "back\\slash", ""];
    await fc.assert(
      fc.asyncProperty(hand(notes), written, async (rows, how) => {
        const write = (field: string): string => field.replaceAll(/[\\\t\n]/g, "\\$&");
        const lines = [header, ...rows.map(fieldsOf)].map((fields) => fields.map(write).join("\t"));
        expect(await lay(lines, how, { quoting: "backslash" })).toEqual(kept(rows));
      }),
      { seed: 3, numRuns: 15 },
    );
  });

  it("with fields missing at the end, or too many delimiters there", async () => {
    await fc.assert(
      fc.asyncProperty(
        hand(["", "plain", "it's"]),
        written,
        fc.constantFrom("\t", "|", ",", ";"),
        fc.constantFrom("short", "long", "header"),
        async (rows, how, delimiter, kind) => {
          const lines = [header, ...rows.map(fieldsOf)].map((fields, index) => {
            const line = fields.join(delimiter);
            if (kind === "short") return fields.at(-1) === "" ? fields.slice(0, -1).join(delimiter) : line;
            return (kind === "long") === index > 0 ? line + delimiter : line;
          });
          expect(await lay(lines, how)).toEqual(kept(rows));
        },
      ),
      { seed: 4, numRuns: 20 },
    );
  });

  it("after lines that are no header", async () => {
    const before = [
      { lines: ["sep=;"], dataset: {} },
      { lines: ["# one", '# "two, three', "#"], dataset: {} },
      { lines: ["A title", "", "by; somebody"], dataset: { skip: 3 } },
      { lines: ["% one; two", "% three"], dataset: { comment: "%" } },
    ];
    await fc.assert(
      fc.asyncProperty(hand(["", "plain"]), written, fc.constantFrom(...before), async (rows, how, first) => {
        const lines = [header, ...rows.map(fieldsOf)].map((fields) => fields.join(";"));
        expect(await lay([...first.lines, ...lines], how, first.dataset)).toEqual(kept(rows));
      }),
      { seed: 5, numRuns: 20 },
    );
  });
});
