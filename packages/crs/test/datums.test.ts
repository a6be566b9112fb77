import { describe, expect, it } from "vitest";
import { createTransform, parseCrs } from "../src/index.js";
import { dataLines } from "../src/data-lines.js";
import { directShifts, gridShifts, shiftsToWgs84 } from "../src/datum/operations.js";
import { fixture, transformed } from "./support.js";

interface Reference {
  readonly from: string;
  readonly to: string;
  readonly rows: readonly (readonly [x: number, y: number, toX: number, toY: number])[];
}

const references = fixture<Reference[]>("datums");

/**
 * PROJ picks an operation for each point, we one for the whole area of use: where the area has several, they differ by
 * this many metres. The warning says how good ours is.
 */
const regional: Readonly<Record<string, number>> = {
  "EPSG:4230": 15, // Europe by country
  "EPSG:23030": 5,
  "EPSG:4267": 45, // North America by country and region
  "EPSG:26717": 30,
  "EPSG:26710": 20,
  "EPSG:5514": 10, // Czechia and Slovakia
  "EPSG:3003": 10, // mainland Italy and Sardinia
  "EPSG:21037": 12, // Kenya and Tanzania
  "EPSG:24878": 12, // Peru, north to south
  "EPSG:4202": 5, // Australia by state
  "EPSG:20255": 0.5,
  "EPSG:31287": 0.5, // Austria and Slovenia
  "EPSG:23700": 0.5, // two operations for Hungary, of 0.4 and 0.5 m
  "EPSG:2433": 1, // basins in China
  "ESRI:102033": 10, // South America by country
  "EPSG:23030 to EPSG:25830": 5,
};

/** PROJ computes a Molodensky-Badekas transformation about its pivot, we the same one about the centre of the Earth. */
const rewritten: Readonly<Record<string, number>> = { "EPSG:28992": 5e-3, "EPSG:3844": 2e-2 };

describe("shifts between datums equal those of PROJ without grid files", () => {
  it.each(references)("$from to $to", ({ from, to, rows }) => {
    const source = parseCrs(from);
    const target = parseCrs(to);
    const transform = createTransform(source, target);
    const places = transformed(
      transform,
      rows.map(([x, y]) => [x, y]),
    );
    const metres = target.isGeographic ? 111_000 : target.definition.unitFactor;
    const name = from === "EPSG:4326" ? to : `${from} to ${to}`;
    const errors = rows.map(([, , x, y], i) => Math.hypot(places[i]![0] - x, places[i]![1] - y) * metres);
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...errors)).toBeLessThan(regional[name] ?? rewritten[name] ?? 1e-3);
    if (regional[name] !== undefined && regional[name] >= 1)
      expect(transform.warnings.join()).toMatch(/accurate to about/);
  });
});

describe("warnings", () => {
  const warnings = (from: string, to: string): readonly string[] =>
    createTransform(parseCrs(from), parseCrs(to)).warnings;

  it("name the operation, its error and the grid file that isn't there", () => {
    expect(warnings("EPSG:4326", "EPSG:27700")).toEqual([
      "Ordnance Survey of Great Britain 1936 is shifted to WGS 84 by seven parameters (EPSG:1314), accurate to about 2 m; " +
        "the grid file OSTN15_NTv2_OSGBtoETRS.gsb (0.03 m) would be more accurate but is not used",
    ]);
  });

  it.each([
    ["EPSG:4326", "EPSG:4258"],
    ["EPSG:4326", "EPSG:5070"],
    ["EPSG:3035", "EPSG:32633"],
    ["EPSG:4674", "EPSG:5880"],
    ["EPSG:4326", "EPSG:7855"],
    ["EPSG:3067", "EPSG:3857"],
    ["+proj=sinu +R=6371007.181", "EPSG:4326"],
    ["+proj=laea +lat_0=52 +lon_0=10 +ellps=GRS80", "EPSG:3035"],
    ["EPSG:28355", "EPSG:7855"],
  ])("none between %s and %s", (from, to) => {
    expect(warnings(from, to)).toEqual([]);
    expect(warnings(to, from)).toEqual([]);
  });

  it.each([
    ["EPSG:4610", /no shift from Xian 1980 to WGS 84 is known: .* several hundred metres/],
    ["EPSG:4490", /no shift from China 2000 to WGS 84 is known: .* about 2 m/],
    ["+proj=longlat +ellps=intl", /no shift from unknown to WGS 84 is known/],
    ["+proj=longlat +ellps=clrk66 +nadgrids=@conus,@alaska", /grid files conus, alaska are not read/],
    ["+proj=longlat +ellps=clrk66 +nadgrids=@conus,null", /grid files conus are not read/],
    ["EPSG:4230", /European Datum 1950 .* in the part of the area for which they were made/],
    ["EPSG:29183", /by EPSG and by Esri differ by up to 0.2 m/],
  ])("%s", (code, warning) => {
    expect(warnings(code, "EPSG:4326").join()).toMatch(warning);
  });

  it("other celestial bodies are refused", () => {
    expect(() => createTransform(parseCrs("ESRI:104905"), parseCrs("EPSG:4326"))).toThrow(/celestial body/);
  });
});

describe("shifts that come with a definition", () => {
  it("are applied, whichever text they are in", () => {
    const shift = "577.326,90.129,463.919,5.137,1.474,5.297,2.4232";
    const spheroid = `SPHEROID["Bessel 1841",6377397.155,299.1528128]`;
    const unit = `PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]`;
    const parameters = shift.split(",").map(Number);
    const names = ["X-axis translation", "Y-axis translation", "Z-axis translation"].concat(
      ["X-axis rotation", "Y-axis rotation", "Z-axis rotation"],
      ["Scale difference"],
    );
    const texts = [
      `+proj=longlat +ellps=bessel +towgs84=${shift}`,
      `GEOGCS["a",DATUM["b",${spheroid},TOWGS84[${shift}]],${unit}]`,
      `BOUNDCRS[SOURCECRS[GEOGCRS["a",DATUM["b",ELLIPSOID["Bessel 1841",6377397.155,299.1528128]],CS[ellipsoidal,2],` +
        `ANGLEUNIT["degree",0.0174532925199433]]],TARGETCRS[GEOGCRS["WGS 84",DATUM["World Geodetic System 1984",` +
        `ELLIPSOID["WGS 84",6378137,298.257223563]],CS[ellipsoidal,2],ANGLEUNIT["degree",0.0174532925199433]]],` +
        `ABRIDGEDTRANSFORMATION["c",METHOD["Position Vector transformation (geog2D domain)"],` +
        names
          .map((name, i) => `PARAMETER["${name}",${i < 6 ? parameters[i] : 1 + parameters[6]! * 1e-6}]`)
          .join() +
        `]]`,
    ];
    const [first, ...others] = texts.map((text) =>
      transformed(createTransform(parseCrs(text), parseCrs("EPSG:4326")), [[15, 47]]),
    );
    expect(Math.abs(first![0]![0] - 15)).toBeGreaterThan(5e-4);
    for (const other of others) {
      expect(other[0]![0]).toBeCloseTo(first![0]![0], 11);
      expect(other[0]![1]).toBeCloseTo(first![0]![1], 11);
    }
  });
});

describe("the table of operations", () => {
  const codes = dataLines("datums.txt");

  it("gives every name to one datum only", () => {
    const names = codes.flatMap((line) => line.split(";").slice(2));
    expect(names.length).toBeGreaterThan(400);
    expect(new Set(names).size).toBe(names.length);
  });

  it("holds what can be computed", () => {
    for (const line of codes) {
      const code = line.split(";")[0]!;
      for (const { parameters, area, accuracy } of shiftsToWgs84(code)) {
        expect([3, 7]).toContain(parameters.length);
        expect([...parameters, ...area, accuracy].every(Number.isFinite)).toBe(true);
      }
      for (const { file, accuracy } of gridShifts(code))
        expect([file !== "", accuracy >= 0]).toEqual([true, true]);
    }
    expect(directShifts("6283", "1168").map(({ code }) => code)).toEqual(["8048"]);
  });
});
