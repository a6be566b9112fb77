import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/host.js";
import { refusal, sound } from "./refusal.js";

/** The problems of the sound configuration with values put at keys of its dataset. */
const set = (...keys: string[]): string =>
  refusal(sound, { overrides: keys.map((key) => `datasets.elevation.${key}`) }).join("\n");

describe("keys of columns", () => {
  it.each([
    [["bands=all"]],
    [["bands=[1, clay]"]],
    [["bands={sand: 1, clay: 3}"]],
    [["resample=[average, max]"]],
    [["time={}"]],
    [["time={from: 1991, to: 1992-02, by: month, statistic: sum, then: mean, complete: true}"]],
    [["variable=tas", "select={depth: 0, level: {value: 50}}"]],
  ])("take %j", (keys) => {
    expect(set(...keys)).toBe("");
  });

  it.each([
    [["band=1", "bands=[1, 2]"], "band: can't be used together with bands"],
    [["bands=[0]"], "bands"],
    [["bands=[]"], "allowed: all, a list such as [1, 3], or a mapping"],
    [["bands=al"], "allowed: all, a list"],
    [["bands=all", "time={by: all}"], "bands: can't be used together with time"],
    [["resample=[average, averag]"], "did you mean average?"],
    [["resample=[near, nearest]"], "near is listed twice"],
    [["time={by: decade}"], "allowed: step, month, season, year, all"],
    [["time={form: 1991}"], "did you mean from?"],
    [["time={from: 1993-01, to: 1992-12}"], "from 1993-01 is after to 1992-12"],
    [["time={from: 1991-13}"], "1991-13 has the month 13"],
    [["time={from: soon}"], "allowed: a date such as 1991"],
    [["time={statistic: max}"], "statistic needs a group of steps"],
    [["time={by: all}", "overviews=auto"], "a series in time is read at full resolution"],
    [["select={depth: deep}"], "select"],
    [["kind=ranges", "bands=all"], "does not apply to ranges"],
  ])("refuse %j", (keys, words) => {
    expect(set(...keys)).toContain(words);
  });

  it("are normalised", () => {
    const text = sound.replace(
      "{path: data/elevation.tif}",
      "{path: data/elevation.tif, resample: [nearest, {use: mine, k: 1}], time: {from: 1991}}",
    );
    const { elevation } = parseConfig(`${text}plugins: [p]\n`, { file: "config.yml" }).datasets;
    expect(elevation).toMatchObject({
      resampleMethods: [
        { use: "near", options: {} },
        { use: "mine", options: { k: 1 } },
      ],
      time: { from: "1991", by: "step", statistic: "mean", complete: false },
    });
    expect(elevation).not.toHaveProperty("resample");
  });
});
