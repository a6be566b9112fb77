import type { CodeEntry } from "./code-entry.js";

/**
 * EPSG codes that @esri/proj-codes lacks and that data use: the belts of South Africa (2 degrees wide, x to the
 * west and y to the south) on both of its datums, and the successor of EPSG:2163.
 */
export function addedCode(code: number): CodeEntry | undefined {
  return added.find(({ wkid }) => wkid === code);
}

export function addedCodes(): string[] {
  return added.map(({ wkid }) => `EPSG:${wkid}`);
}

const belts = [15, 17, 19, 21, 23, 25, 27, 29, 31, 33];

const hartebeesthoek = geographic("Hartebeesthoek94", "Hartebeesthoek94", `"WGS 84",6378137,298.257223563`);
const cape = geographic("Cape", "Cape", `"Clarke 1880 (Arc)",6378249.145,293.4663077`);
const nad27 = geographic("NAD27", "North_American_Datum_1927", `"Clarke 1866",6378206.4,294.978698213898`);

const added: readonly CodeEntry[] = [
  ...belts.map((meridian, i) => belt(2046 + i, "Hartebeesthoek94", meridian, hartebeesthoek)),
  ...belts.map((meridian, i) => belt(22275 + 2 * i, "Cape", meridian, cape)),
  entry(
    9311,
    "NAD27 / US National Atlas Equal Area",
    nad27,
    `PROJECTION["Lambert_Azimuthal_Equal_Area"],PARAMETER["latitude_of_center",45],PARAMETER["longitude_of_center",-100]`,
    [167.65, 15.56, -65.69, 74.71],
  ),
];

function belt(code: number, name: string, meridian: number, base: string): CodeEntry {
  const projection = `PROJECTION["Transverse_Mercator_South_Orientated"],PARAMETER["central_meridian",${meridian}]`;
  return entry(code, `${name} / Lo${meridian}`, base, projection, [
    meridian - 1,
    -34.88,
    meridian + 1,
    -22.13,
  ]);
}

function geographic(name: string, datum: string, spheroid: string): string {
  return `GEOGCS["${name}",DATUM["${datum}",SPHEROID[${spheroid}]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]`;
}

function entry(
  wkid: number,
  description: string,
  base: string,
  projection: string,
  [llon, slat, rlon, nlat]: readonly [number, number, number, number],
): CodeEntry {
  const wkt = `PROJCS["${description}",${base},${projection},UNIT["metre",1]]`;
  return {
    wkid,
    description,
    wkt,
    authority: "EPSG",
    extent: [{ areaname: description, slat, nlat, llon, rlon }],
  };
}
