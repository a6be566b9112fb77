import { describe, expect, it } from "vitest";
import { dateOfFile } from "../../src/inputs/columns/file-date.js";
import { seriesOf, type Step } from "../../src/inputs/columns/steps.js";
import { groupsOf } from "../../src/inputs/columns/time-groups.js";

const midnight = { hour: 0, minute: 0, second: 0 };
const steps = (...dates: readonly (readonly [number, number, number, number?])[]): Step[] =>
  dates.map(([year, month, day, hour = 0], layer) => ({
    date: { ...midnight, year, month, day, hour },
    file: 0,
    layer,
  }));
const series = (found: readonly Step[], range = {}, calendar = "standard") =>
  seriesOf(found, range, calendar, ["/data/a.nc"]);
const labels = (
  found: readonly Step[],
  by: Parameters<typeof groupsOf>[1],
  range = {},
  calendar?: string,
) => {
  const { chosen, precision } = series(found, range, calendar);
  return groupsOf(chosen, by, precision).map(({ label }) => label);
};

const months = steps([1991, 11, 15], [1991, 12, 15], [1992, 1, 15], [1992, 2, 15], [1992, 4, 15]);

describe("steps in time", () => {
  it("are named by as much of their dates as tells all of them apart, whatever the range", () => {
    expect(labels(months, "step", { to: "1991" })).toEqual(["1991-11", "1991-12"]);
    expect(labels(steps([1991, 1, 1], [1991, 1, 2], [1991, 2, 1]), "step", { from: "1991-02" })).toEqual([
      "1991-02-01",
    ]);
    expect(labels(steps([1991, 1, 1, 0], [1991, 1, 1, 6]), "step")).toEqual([
      "1991-01-01T00:00",
      "1991-01-01T06:00",
    ]);
  });

  it("make groups in the order of the year, with December in the winter that follows", () => {
    expect(labels(months, "month")).toEqual(["01", "02", "04", "11", "12"]);
    expect(labels(months, "season")).toEqual(["DJF", "MAM", "SON"]);
    expect(labels(months, "year")).toEqual(["1991", "1992"]);
    expect(labels(months, "all")).toEqual([""]);
  });

  it("are put into order, and chosen by dates of any length", () => {
    const { chosen, warnings } = series(months.toReversed(), { from: "1991-12", to: "1992-02" });
    expect(chosen.map(({ date }) => date.month)).toEqual([12, 1, 2]);
    expect(warnings).toEqual([]);
    expect(series(months).warnings).toEqual(["1 month missing in the series: after 1992-02"]);
  });

  it("exist in their calendar", () => {
    const found = steps([1991, 2, 29], [1991, 2, 30], [1991, 3, 1]);
    expect(labels(found, "step", { from: "1991-02-30" }, "360_day")).toEqual(["1991-02-30", "1991-03-01"]);
    expect(() => series(months, { from: "1991-02-30" })).toThrow(
      /1991-02-30 does not exist: .*standard.*28 days/,
    );
    expect(() => series(months, { from: "1993" })).toThrow(
      /from 1993: the series has 5, from 1991-11-15 to 1992-04-15/,
    );
    expect(() => series([...months, ...months.slice(2, 3)])).toThrow("a.nc has the time 1992-01-15 twice");
    expect(() => series([])).toThrow("length 0");
  });

  it("are those in file names", () => {
    const dateOf = (digits: Parameters<typeof dateOfFile>[0]["digits"]) =>
      dateOfFile({ path: "/data/a.tif", parts: [], digits });
    expect(dateOf({ YYYY: "2000", DDD: "061" })).toMatchObject({ year: 2000, month: 3, day: 1 });
    expect(dateOf({ YYYY: "2001", DDD: "365" })).toMatchObject({ month: 12, day: 31 });
    expect(() => dateOf({ YYYY: "2001", DDD: "366" })).toThrow(/a\.tif/);
    expect(() => dateOf({ YYYY: "2001", MM: "13" })).toThrow("has the month 13");
  });
});
