import { describe, expect, it } from "vitest";
import { tableText } from "../src/table.js";
import { counted, formatBytes, formatSeconds, formatShare, formatShort } from "../src/units.js";

describe("units", () => {
  it.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1.00 kB"],
    [9994, "9.99 kB"],
    [9996, "10.0 kB"],
    [99_960, "100 kB"],
    [999_499, "999 kB"],
    [999_500, "1.00 MB"],
    [2 ** 31, "2.15 GB"],
    [1.5e18, "1500 PB"],
  ])("%d bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, "0.0 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.6, "1 min 0 s"],
    [200, "3 min 20 s"],
    [3599.6, "1 h 0 min"],
    [7500, "2 h 5 min"],
    [90_000, "25 h 0 min"],
  ])("%d seconds are %s", (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

  it.each([
    [0, "0"],
    [0.4, "0"],
    [999.4, "999"],
    [999.9, "1.00 k"],
    [1234, "1.23 k"],
    [12_345, "12.3 k"],
    [999_900, "1.00 M"],
    [4_560_000, "4.56 M"],
    [5e12, "5000 G"],
  ])("%d is %s for short", (amount, text) => expect(formatShort(amount)).toBe(text));

  it("counts in the singular and the plural", () => {
    expect([counted(0, "row"), counted(1, "row"), counted(1234, "row")]).toEqual([
      "0 rows",
      "1 row",
      "1,234 rows",
    ]);
    expect(formatShare(0.424)).toBe("42 %");
  });
});

describe("tables", () => {
  it("align their columns and leave out the empty ones", () => {
    expect(
      tableText(
        [
          ["a", "", "1"],
          ["long", "", "10"],
        ],
        ["left", "left", "right"],
      ),
    ).toEqual(["a      1", "long  10"]);
    expect(tableText([])).toEqual([]);
  });
});
