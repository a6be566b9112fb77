import { describe, expect, it } from "vitest";
import { createTransform, parseCrs } from "../src/index.js";
import { degreesApart, fixture, transformed } from "./support.js";

interface Pole {
  readonly domain: string;
  readonly crs: string;
  /** x, y, longitude, latitude. */
  readonly rows: readonly (readonly [number, number, number, number])[];
}

const globe = parseCrs("+proj=longlat +R=6371229");

describe("a rotated pole is PROJ's, however it is written", () => {
  it.each(fixture<Pole[]>("poles"))("$domain: $crs", ({ crs, rows }) => {
    const rotated = parseCrs(crs);
    expect([rotated.unit, parseCrs(rotated.id).definition]).toEqual(["degree", rotated.definition]);
    const places = transformed(
      createTransform(rotated, globe),
      rows.map(([x, y]) => [x, y]),
    );
    const back = transformed(createTransform(globe, rotated), places);
    for (const [i, [x, y, longitude, latitude]] of rows.entries()) {
      expect(degreesApart(places[i]!, [longitude, latitude])).toBeLessThan(1e-9);
      // A domain may go on beyond a rotated longitude of 180, where the way back ends.
      expect(degreesApart(back[i]!, [x, y])).toBeLessThan(1e-9);
    }
  });
});

describe("what is not a rotated pole", () => {
  it.each([
    ["+proj=ob_tran +o_proj=merc +o_lat_p=40 +o_lon_p=0 +R=6371229", /o_proj=merc/],
    ["+proj=ob_tran +o_proj=longlat +R=6371229", /o_lat_p/],
    ["+proj=ob_tran +o_proj=longlat +o_lat_p=40 +units=rad +R=6371229", /units=rad/],
    ["+proj=ob_tran +o_proj=longlat +o_lat_p=40 +x_0=5 +R=6371229", /no parameter x_0/],
    [
      'GEOGCRS["a",BASEGEOGCRS["b",DATUM["c",ELLIPSOID["d",6371229,0]]],DERIVINGCONVERSION["e",METHOD["Affine parametric transformation"],' +
        'PARAMETER["A0",1]],CS[ellipsoidal,2],AXIS["longitude",east],AXIS["latitude",north],ANGLEUNIT["degree",0.0174532925199433]]',
      /parameter "A0"/,
    ],
    [
      'GEOGCRS["a",BASEGEOGCRS["b",DATUM["c",ELLIPSOID["d",6371229,0]]],DERIVINGCONVERSION["e",METHOD["Mollweide"]],' +
        'CS[ellipsoidal,2],AXIS["longitude",east],AXIS["latitude",north],ANGLEUNIT["degree",0.0174532925199433]]',
      /derived geographic system is a rotated pole/,
    ],
  ])("%s is refused", (text, message) => {
    expect(() => parseCrs(text)).toThrow(message);
  });
});
