import { QuadratError } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { createTransform, parseCrs, sameCrs } from "../src/index.js";

function hint(text: string): string | undefined {
  try {
    parseCrs(text);
  } catch (error) {
    if (error instanceof QuadratError) return error.hint;
    throw error;
  }
  throw new Error(`${text} is a coordinate reference system`);
}

describe("what is meant by a text that is not a coordinate reference system", () => {
  it.each([
    ["EPSG:900913", "EPSG:3857"],
    ["EPSG:102100", "EPSG:3857"],
    ["EPSG:102113", "EPSG:3857"],
    ["WGS84", "EPSG:4326"],
    ["wgs84", "EPSG:4326"],
    ["WGS 84", "EPSG:4326"],
    ["CRS84", "EPSG:4326"],
    ["NAD83", "EPSG:4269"],
    ["ETRS89", "EPSG:4258"],
    ["4326", "EPSG:4326"],
    ["900913", "EPSG:3857"],
    ["54009", "ESRI:54009"],
    ["EPSG4326", "EPSG:4326"],
    ["EPSG 3035", "EPSG:3035"],
    ["https://epsg.io/3035", "EPSG:3035"],
    ["WGS 84 / Pseudo-Mercator", "EPSG:3857"],
    ["UTM 33N", "EPSG:32633"],
    ["WGS 84 / UTM zone 21S", "EPSG:32721"],
    ["EPSG:54009", "ESRI:54009"],
  ])("%s: %s", (text, code) => {
    expect(hint(text)).toMatch(new RegExp(`^write ${code}( |$)`));
  });

  it.each(["", "somewhere", "UTM 61N", "1234567", "EPSG:4326 or 3035"])("nothing in '%s'", (text) => {
    expect(hint(text)).toMatch(/^give an EPSG or ESRI code/);
  });
});

describe("compound systems of EPSG", () => {
  // Codes and parts as `projinfo EPSG:n` of PROJ 9.1.1 has them.
  it.each([
    ["EPSG:7415", "EPSG:28992"],
    ["EPSG:5972", "EPSG:25832"],
    ["EPSG:9518", "EPSG:4326"],
    ["EPSG:4326+5773", "EPSG:4326"],
    ["EPSG:2154+EPSG:5720", "EPSG:2154"],
    ["urn:ogc:def:crs,crs:EPSG::4326,crs:EPSG::5773", "EPSG:4326"],
  ])("%s is %s with a warning", (text, code) => {
    const crs = parseCrs(text);
    expect([crs.id, sameCrs(crs, parseCrs(code)), parseCrs(crs.id)]).toEqual([text, true, crs]);
    expect(createTransform(crs, parseCrs("EPSG:4326")).warnings.join()).toMatch(
      /is compound: its horizontal part/,
    );
  });
});
