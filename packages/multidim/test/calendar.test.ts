import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { timeScale } from "../src/cf/time.js";
import { fixtures } from "./helpers.js";

type Case = readonly [calendar: string, units: string, value: number, date: readonly number[]];
const cases = JSON.parse(readFileSync(`${fixtures}/calendars.json`, "utf8")) as readonly Case[];
const calendars = [...new Set(cases.map(([calendar]) => calendar))];

describe("dates", () => {
  it.each(calendars)("of the calendar %s are cftime's", (calendar) => {
    for (const [, units, value, wanted] of cases.filter(([own]) => own === calendar)) {
      const scale = timeScale(units, calendar);
      if (typeof scale === "string") throw new Error(scale);
      const { year, month, day, hour, minute, second } = scale.dateOf(value)!;
      expect([year, month, day, hour, minute, Math.floor(second)], `${value} ${units}`).toEqual(wanted);
    }
  });

  it.each([
    ["months since 2000-01-01", "standard", /months have different lengths/],
    ["days since 2001-02-30", "standard", /is not a date of the calendar standard/],
    ["days since 1582-10-10", "gregorian", /is not a date/],
    ["days since 2000-01-01", "martian", /calendar "martian" is not known/],
    ["furlongs since 2000-01-01", "standard", /not those of a time/],
  ])("in %s of the calendar %s are refused", (units, calendar, message) => {
    expect(timeScale(units, calendar)).toMatch(message);
  });

  it("of 360 days a year may count months", () => {
    const scale = timeScale("months since 2000-01-16", "360_day");
    expect(typeof scale === "string" ? scale : scale.dateOf(14)).toMatchObject({
      year: 2001,
      month: 3,
      day: 16,
    });
  });
});
