import type { DataType } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { blankNodata, matchNodata } from "../src/pixels/nodata.js";
import { parseNodata, readNodataText } from "../src/metadata/nodata-text.js";

const lowest = -3.4028234663852886e38;

const bitsOf = (dataType: DataType) => Number(/\d+/.exec(dataType)![0]);

function isNodata(text: string, dataType: DataType, value: number, bits = bitsOf(dataType)): boolean {
  const nodata = matchNodata(parseNodata(text)!, { dataType, bits });
  const data = dataType === "float64" ? Float64Array.of(value) : Float32Array.of(value);
  if (nodata) blankNodata(data, nodata);
  return Number.isNaN(data[0]);
}

describe("the text of a nodata tag", () => {
  it.each([
    ["-9999", -9999],
    [" 65535 ", 65535],
    ["-3.40282346638529e+38", -3.40282346638529e38],
    [".5", 0.5],
    ["5.", 5],
    ["nan", NaN],
    ["-nan", NaN],
    ["-1.#IND", NaN],
    ["inf", Infinity],
    ["-1.#INF", -Infinity],
    // All that follow are as GDAL 3.6.2 reads them.
    ["-9999,0", -9999],
    ["1,5", 1.5],
    ["1.234,5", 1.234],
    ["-9999 -9999", -9999],
    ["-9999;", -9999],
    ["-9999m", -9999],
    ["\t-9999", -9999],
    ["-9999.000000000000000 \n", -9999],
    ["-3.4028234663852886e+038", lowest],
    ["+1.e10", 1e10],
    ["-.5", -0.5],
    ["1e", 1],
    ["1d10", 1],
    ["1.5.3", 1.5],
    ["1e400", Infinity],
    ["0x10", 16],
    ["0X1F", 31],
    ["0x1p4", 16],
    ["-0x1.8p1", -3],
    ["1.#QNAN", NaN],
    ["1.#SNAN", NaN],
    ["-1.#INF00", -Infinity],
    ["+inf", Infinity],
    ["Infinity", Infinity],
    ["-nan(ind)", NaN],
    ["nan(snan)", NaN],
  ])("%j", (text, value) => {
    expect(parseNodata(text)?.value).toBe(value);
  });

  it("is what was meant where GDAL reads something else", () => {
    expect(parseNodata("1.#IND")?.value).toBeNaN();
    expect(parseNodata('"-9999"')?.value).toBe(-9999);
  });

  it.each(["", " ", "none", "N/A", "--1", "+ 5", "e5", "nodata=5"])("%j is no number", (text) => {
    expect(parseNodata(text)).toBeUndefined();
  });

  it("has no doubt about blanks, marks and repetitions", () => {
    for (const text of ["-9999", " -9999 ", "-9999;", "-9999 -9999 -9999", "nan nan"]) {
      expect([text, readNodataText(text, 1, 3).doubt]).toEqual([text, undefined]);
    }
  });

  it("may give a value for each band", () => {
    const texts = [0, 1, 2].map((band) => readNodataText("0 -9999 255", band, 3));
    expect(texts.map(({ value }) => value?.value)).toEqual([0, -9999, 255]);
    expect(texts[1]?.doubt).toMatch(/"0 -9999 255" is read as -9999 for band 2/);
    expect(readNodataText("0 -9999 255", 1, 4).value?.value).toBe(0);
  });

  it("is told where something else follows the number", () => {
    expect(readNodataText("-9 999", 0, 1)).toMatchObject({
      value: { value: -9 },
      doubt: expect.stringMatching(/"-9 999" is read as -9;/) as string,
    });
    expect(readNodataText("-9999 meters", 0, 1).doubt).toMatch(/read as -9999;/);
  });
});

/** What GDAL 3.6's GetMaskBand makes of the same. */
describe("a value is nodata where GDAL says so", () => {
  it.each<[string, DataType, readonly number[], readonly number[]]>([
    ["-9999", "float32", [-9999, -9999.001, -9999.004, -9998.996], [-9999.005, -9998.9953, 9999, 0]],
    ["-9999", "float64", [-9999, -9999.001, -9999.0046], [-9999.0048, -9999.006, 9999]],
    ["-3.4e+38", "float32", [lowest, -3.4e38, -1e38, -1e36], [-1e35, -1e32, -5, 0, -lowest]],
    ["-3.4028234663852886e+38", "float32", [lowest, -3.4e38, -1e32, -2e31], [-1e31, -1e30, -5, 0, -lowest]],
    ["-3.402823e+38", "float32", [lowest, -3.4e38, -1e38], [-5, 0, -lowest]],
    ["-1.79769e+308", "float64", [-1.7976931348623157e308, -1e307, -4e302], [-1e302, -5]],
    ["1e20", "float32", [1e20, 1.0000003e20], [1.000001e20]],
    ["0", "float32", [0, -0], [1e-45, -1e-45]],
    ["inf", "float32", [Infinity], [-lowest, -Infinity]],
    // GDAL has infinity here; the largest number is what other writers put in place of 1e300.
    ["-1.7976931348623157e+308", "float32", [-Infinity, lowest], [Infinity, -lowest, -3.4e38, -9999]],
    ["1e300", "float32", [Infinity, -lowest], [lowest, 3.4e38]],
    ["255", "uint8", [255], [254, 0]],
    ["-32768", "int16", [-32768], [32767]],
  ])("%s in %s", (text, dataType, same, different) => {
    for (const value of same) expect([value, isNodata(text, dataType, value)]).toEqual([value, true]);
    for (const value of different) expect([value, isNodata(text, dataType, value)]).toEqual([value, false]);
  });

  it.each<[string, DataType]>([
    ["-1", "uint8"],
    ["256", "uint8"],
    ["2.5", "int16"],
    ["-1", "uint64"],
    ["nan", "float32"],
    ["nan", "int16"],
    ["9223372036854775808", "int64"],
    ["18446744073709551616", "uint64"],
    ["1e30", "int64"],
  ])("%s matches nothing in %s", (text, dataType) => {
    expect(matchNodata(parseNodata(text)!, { dataType, bits: bitsOf(dataType) })).toBeUndefined();
  });

  // What numpy.float16 makes of the numbers.
  it.each<[string, readonly number[], readonly number[]]>([
    ["-9999", [-10000], [-9992, -10008]],
    ["-9996", [-10000], [-9992]],
    ["-9988", [-9984], [-9992]],
    ["1e-7", [2 ** -23], [2 ** -24]],
    ["65519", [65504], [Infinity, 65472]],
    ["-3.4e38", [-Infinity, -65504], [-65472]],
  ])("%s in half precision", (text, same, different) => {
    for (const value of same) expect([value, isNodata(text, "float32", value, 16)]).toEqual([value, true]);
    for (const value of different)
      expect([value, isNodata(text, "float32", value, 16)]).toEqual([value, false]);
  });
});
