import { describe, expect, it } from "vitest";
import { bindCondition, parseCondition } from "../../src/sql/condition.js";

describe("parseCondition", () => {
  it("knows the columns, but not the parameters of lambdas", async () => {
    const { columns } = await parseCondition("year > 1990 AND len(list_filter(tags, tag -> tag = s.a)) > 0");
    expect(columns).toEqual([["year"], ["tags"], ["s", "a"]]);
  });

  it.each([
    ["", /is empty/],
    ["a = 1; b = 2", /contains more than one statement/],
    ["a = 1; DROP TABLE x", /contains more than one statement/],
    ["a = 1) OR (b = 2", /can't be read|is more than a condition/],
    ["a = 1 FROM x", /can't be read|is more than a condition/],
    ["a = 1, b = 2", /can't be read|is more than a condition/],
    ["a = 1 -- ", undefined],
    ["a IN (SELECT 1)", /contains a subquery/],
    ["EXISTS (FROM read_csv('/etc/passwd'))", /contains a subquery/],
    ["row_number() OVER () < 10", /contains a window function/],
    ["count(a) > 1", /calls count, an aggregate/],
    ["random() < 0.5", /calls random, whose result depends on more than the record/],
    ["getenv('HOME') = 'x'", /calls getenv/],
    ["a = $1", /has a parameter/],
    ["* = 1", /star|can't be read/],
  ])("judges %s", async (text, refusal) => {
    const parsed = parseCondition(text);
    if (refusal) await expect(parsed).rejects.toThrow(refusal);
    else await expect(parsed).resolves.toMatchObject({ columns: [["a"]] });
  });
});

describe("bindCondition", () => {
  const columns = [
    { name: "Year", type: "BIGINT" },
    { name: "mass", type: "VARCHAR" },
  ];
  const bound = async (text: string): Promise<void> => bindCondition(await parseCondition(text), columns);

  it("finds columns whatever their case", async () => {
    await expect(bound("year BETWEEN 1990 AND 2000 OR mass = '7'")).resolves.toBeUndefined();
  });

  it.each([
    ["yeer = 1", /is invalid: .*"yeer" not found/],
    ["year + 1", /is of type BIGINT, not true or false/],
    ["mass::INTEGER > 'x'", /is invalid: .*Could not convert string 'x'/],
  ])("refuses %s", async (text, refusal) => {
    await expect(bound(text)).rejects.toMatchObject({
      message: expect.stringMatching(refusal) as string,
      place: { key: "where" },
    });
  });

  it("says what to do about a text that is compared with a number", async () => {
    await expect(bound("mass > 3")).rejects.toMatchObject({
      hint: expect.stringContaining("TRY_CAST") as string,
    });
    await expect(bound("TRY_CAST(mass AS DOUBLE) > 3")).resolves.toBeUndefined();
  });
});
