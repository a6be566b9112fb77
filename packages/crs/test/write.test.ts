import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { allCodes, parseCrs, projJsonOf, type Crs } from "../src/index.js";

const python = "/usr/bin/python3";
const hasPyproj = spawnSync(python, ["-c", "import pyproj"], { stdio: "ignore" }).status === 0;

const script = `
import json, sys, warnings, pyproj
warnings.simplefilter("ignore")
found = []
for text, written in json.load(sys.stdin):
    try:
        wanted = pyproj.CRS(text)
        read = pyproj.CRS(written)
        if len(wanted.axis_info) == 3:
            # A system with heights is read as its horizontal part.
            wanted = read
        if wanted.is_bound and read.is_bound and wanted.coordinate_operation.towgs84 == read.coordinate_operation.towgs84:
            # PROJ names the datum after the shift.
            assert wanted.ellipsoid == read.ellipsoid
            wanted, read = wanted.source_crs.coordinate_operation, read.source_crs.coordinate_operation
            found.append("same" if read == wanted else "other conversion")
            continue
        found.append("same" if read == wanted else "same but for axes" if read.equals(wanted, ignore_axis_order=True) else "other")
    except pyproj.exceptions.CRSError as error:
        found.append(str(error)[:100])
print(json.dumps(found))
`;

/** How pyproj finds what was written: the same as it understands the text, or not. */
function compare(pairs: readonly (readonly [text: string, written: string])[]): string[] {
  const output = execFileSync(python, ["-c", script], {
    input: JSON.stringify(pairs),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return JSON.parse(output) as string[];
}

function readable(code: string): Crs | undefined {
  try {
    return parseCrs(code);
  } catch {
    return undefined;
  }
}

describe.skipIf(!hasPyproj)("PROJJSON, as pyproj reads it", () => {
  it("is the system of the code, axes included", () => {
    const step = process.env["QUADRAT_EVERY_CODE"] ? 1 : 23;
    const codes = allCodes().filter((code, index) => code.startsWith("EPSG:") && index % step === 0);
    const pairs = codes.flatMap((code) => {
      const json = readable(code) && projJsonOf(readable(code)!);
      return json ? [[code, JSON.stringify(json)] as const] : [];
    });
    // EPSG's newest codes are not in an older PROJ.
    const found = compare(pairs).map((one) => (one.includes("crs not found") ? "same" : one));
    const wrong = pairs.flatMap(([code], i) => (found[i] === "same" ? [] : [`${code}: ${found[i]}`]));
    // Esri's list, from which definitions come, rounds some parameters and names some datums otherwise.
    expect(wrong.filter((text) => !text.endsWith("other"))).toEqual([]);
    expect(wrong.length).toBeLessThan(0.12 * pairs.length);
    expect(pairs.length).toBeGreaterThan(200);
  });

  const texts = [
    "+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +units=m +no_defs",
    "+proj=aea +lat_1=-23 +lat_2=20 +lat_0=0 +lon_0=25 +datum=WGS84 +units=m",
    "+proj=moll +lon_0=0 +datum=WGS84",
    "+proj=eqearth +datum=WGS84",
    "+proj=sinu +lon_0=0 +R=6371007.181",
    "+proj=robin +datum=WGS84",
    "+proj=eck4 +datum=WGS84",
    "+proj=eck6 +lon_0=11 +datum=WGS84",
    "+proj=igh +datum=WGS84",
    "+proj=cea +lat_ts=30 +datum=WGS84",
    "+proj=eqc +lat_ts=40 +datum=WGS84",
    "+proj=aeqd +lat_0=40 +lon_0=3 +datum=WGS84",
    "+proj=lcc +lat_1=33 +lat_2=45 +lat_0=39 +lon_0=-96 +datum=NAD83 +units=us-ft",
    "+proj=lcc +lat_1=40 +lat_0=40 +lon_0=3 +k_0=0.999 +datum=WGS84",
    "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +datum=WGS84",
    "+proj=stere +lat_0=-90 +k_0=0.994 +lon_0=0 +datum=WGS84",
    "+proj=stere +lat_0=40 +lon_0=3 +k_0=0.999 +datum=WGS84",
    "+proj=sterea +lat_0=52 +lon_0=5 +k_0=0.9999 +ellps=bessel",
    "+proj=tmerc +lat_0=0 +lon_0=9 +k_0=0.9996 +x_0=500000 +datum=WGS84",
    "+proj=merc +lon_0=0 +datum=WGS84",
    "+proj=merc +k_0=0.9 +lon_0=3 +datum=WGS84",
    "+proj=poly +lat_0=0 +lon_0=-54 +ellps=GRS80",
    "+proj=mill +R=6371000",
    "+proj=eqdc +lat_1=20 +lat_2=60 +lat_0=40 +lon_0=-96 +datum=NAD83",
    "+proj=cass +lat_0=10 +lon_0=3 +datum=WGS84",
    "+proj=omerc +lat_0=4 +lonc=115 +alpha=53 +gamma=52 +k_0=0.99984 +datum=WGS84",
    "+proj=longlat +ellps=bessel",
    "+proj=longlat +R=6371229",
    "+proj=tmerc +lon_0=9 +ellps=bessel +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7",
  ];
  it("is the system of a PROJ string, longitude or easting first", () => {
    const pairs = texts.map((text) => [text, JSON.stringify(projJsonOf(parseCrs(text)))] as const);
    const found = compare(pairs.map(([text, json]) => [`${text} +type=crs`, json]));
    expect(pairs.map(([text], i) => [text, found[i]])).toEqual(pairs.map(([text]) => [text, "same"]));
  });
});
