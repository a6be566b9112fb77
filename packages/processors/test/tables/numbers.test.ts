import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge, sqlJudge } from "../../src/tables/judge.js";
import { parseNumber, sqlNumber, type Decimal } from "../../src/tables/numbers.js";
import { reasonOf } from "../../src/tables/faults.js";
import { recordParser, fieldText } from "../../src/tables/text/records.js";
import { fixtures, useBench } from "./support.js";

const bench = useBench();

async function sqlNumbers(texts: readonly string[], decimal: Decimal): Promise<(number | undefined)[]> {
  const rows = await bench.store.rows<{ value: number | null }>(
    `SELECT ${sqlNumber("text", decimal)} AS value FROM (SELECT unnest($1::VARCHAR[]) AS text)`,
    [listParameter(texts)],
  );
  return rows.map(({ value }) => (value === null || !Number.isFinite(value) ? undefined : value));
}

function fixture(): { text: string; value: number | undefined }[] {
  const found: { text: string; value: number | undefined }[] = [];
  const parser = recordParser(
    "numbers.csv",
    { delimiter: ",", quoted: true },
    {
      record(record) {
        const value = fieldText(record, 1);
        found.push({ text: fieldText(record, 0), value: value === "" ? undefined : Number(value) });
      },
      broken: () => expect.unreachable(),
    },
  );
  parser.push(readFileSync(join(fixtures, "numbers.csv")));
  parser.end();
  return found.slice(1);
}

describe("numbers", () => {
  it("are those that Python's float takes, less what is no plain decimal", async () => {
    const cases = fixture();
    expect(cases.length).toBeGreaterThan(50);
    const inSql = await sqlNumbers(
      cases.map(({ text }) => text),
      ".",
    );
    cases.forEach(({ text, value }, index) => {
      expect(parseNumber(text, "."), `JavaScript, ${JSON.stringify(text)}`).toBe(value);
      expect(inSql[index], `SQL, ${JSON.stringify(text)}`).toBe(value);
    });
  });

  it("are the same in SQL for any text", async () => {
    const alphabet = [..."0123456789..,,++--eE__ xnaif'\"\u00a0\u3000\t−５°"];
    const texts = fc.array(fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 9 }), {
      minLength: 200,
      maxLength: 200,
    });
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom<Decimal>(".", ","), async (list, decimal) => {
        const inSql = await sqlNumbers(list, decimal);
        list.forEach((text, index) =>
          expect(inSql[index], JSON.stringify(text)).toBe(parseNumber(text, decimal)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("are read back to the last bit", async () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value || 0);
    const doubles = fc.sample(finite, { numRuns: 2000, seed: 7 });
    expect(await sqlNumbers(doubles.map(String), ".")).toEqual(doubles);
  });
});

describe("the verdict on a record", () => {
  const form = { kind: "text", decimal: "." } as const;
  const forms = { x: form, y: form, v: form };

  it("is the same in SQL and in messages", async () => {
    const word = fc.constantFrom(
      "0",
      "-0.0",
      "12.5",
      "-65.4",
      "90",
      "91",
      "-90.01",
      "180",
      "-180.5",
      "1e400",
      "NaN",
      "inf",
      "NA",
      "",
      " ",
      "null",
      "\\N",
      "x",
      "1_0",
    );
    const records = fc.array(fc.tuple(word, word, word), { minLength: 100, maxLength: 100 });
    const rules = [
      { longitudes: [-180, 180], third: "number" },
      { longitudes: undefined, third: "number" },
      { longitudes: [0, 360], third: "name" },
      { longitudes: [-180, 180], third: "none" },
    ] as const;
    await fc.assert(
      fc.asyncProperty(records, fc.constantFrom(...rules), async (list, rule) => {
        const [xs, ys, vs] = [0, 1, 2].map((column) => list.map((record) => record[column]!));
        const select =
          "SELECT unnest($1::VARCHAR[]) AS x, unnest($2::VARCHAR[]) AS y, unnest($3::VARCHAR[]) AS v";
        const rows = await bench.store.rows<{ reason: number | null; v: unknown }>(
          sqlJudge(select, forms, rule),
          [xs!, ys!, vs!].map(listParameter),
        );
        list.forEach(([x, y, v], index) => {
          const { reason } = rows[index]!;
          expect(reason === null ? undefined : reasonOf(reason), `${x}|${y}|${v}`).toBe(
            judge(x, y, v, forms, rule),
          );
        });
      }),
      { numRuns: 60 },
    );
  });
});

/** A list as the text of a DuckDB list, which the cast to VARCHAR[] takes apart again. */
function listParameter(texts: readonly string[]): string {
  return `[${texts.map((text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`).join(", ")}]`;
}
