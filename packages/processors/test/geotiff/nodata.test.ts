import type { DataType } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { blankNodata, matchNodata, parseNodata } from "../../src/geotiff/nodata.js";

const lowest = -3.4028234663852886e38;

function isNodata(text: string, dataType: DataType, value: number): boolean {
  const nodata = matchNodata(parseNodata(text)!, dataType);
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
  ])("%j", (text, value) => {
    expect(parseNodata(text)?.value).toBe(value);
  });

  it.each(["", "none", "0x10", "1,5", "-9999 -9999", "1e", "--1"])("%j is no number", (text) => {
    expect(parseNodata(text)).toBeUndefined();
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
    ["1e300", "float32"],
    ["nan", "float32"],
    ["nan", "int16"],
  ])("%s matches nothing in %s", (text, dataType) => {
    expect(matchNodata(parseNodata(text)!, dataType)).toBeUndefined();
  });
});
