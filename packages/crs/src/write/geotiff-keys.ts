import { QuadratError } from "@quadrat/core/base";
import type { Crs } from "../crs.js";
import { degree } from "../units.js";
import { ellipsoidName } from "./ellipsoid-names.js";
import { esriWktOf } from "./wkt.js";

/** The values of the three tags that say where a GeoTIFF's coordinates are (OGC GeoTIFF 1.1, annex B). */
export interface GeoTiffKeys {
  /** GeoKeyDirectoryTag: the header, then four numbers for each key. */
  readonly directory: readonly number[];
  /** GeoDoubleParamsTag. */
  readonly doubles: readonly number[];
  /** GeoAsciiParamsTag, ASCII, without the zero at its end. */
  readonly text: string;
}

const Key = {
  ModelType: 1024,
  RasterType: 1025,
  GeodeticCrs: 2048,
  GeodeticCitation: 2049,
  GeodeticDatum: 2050,
  AngularUnits: 2054,
  SemiMajorAxis: 2057,
  InverseFlattening: 2059,
  PrimeMeridianLongitude: 2061,
  ToWgs84: 2062,
  ProjectedCrs: 3072,
  ProjectedCitation: 3073,
  LinearUnits: 3076,
  LinearUnitSize: 3077,
} as const;

const PROJECTED = 1;
const GEOGRAPHIC = 2;
const PIXEL_IS_AREA = 1;
const DEGREE = 9102;
const METRE = 9001;
const USER_DEFINED = 32_767;

const DOUBLES = 34_736;
const TEXT = 34_737;

/** The OGC systems that are EPSG's with longitude first, as GeoTIFFs have it anyway. */
const ogc: Readonly<Record<string, number>> = { CRS84: 4326, CRS83: 4269, CRS27: 4267 };

/**
 * The keys of a system: the code of one of EPSG's; for any other the ellipsoid, prime meridian and shift of a geographic one, or
 * the WKT of a projected one as GDAL and ArcGIS write and read it.
 * @throws QuadratError of kind "output" for a system that neither can say
 */
export function geoTiffKeys(crs: Crs): GeoTiffKeys {
  const keys = keyWriter();
  const code = epsgCode(crs);
  // GDAL looks for WKT where the model is neither geographic nor projected.
  const model = crs.isGeographic ? GEOGRAPHIC : code === undefined ? USER_DEFINED : PROJECTED;
  keys.number(Key.ModelType, model);
  keys.number(Key.RasterType, PIXEL_IS_AREA);
  if (code !== undefined) {
    if (crs.isGeographic) {
      keys.number(Key.GeodeticCrs, code);
      keys.text(Key.GeodeticCitation, crs.name);
    } else {
      keys.number(Key.ProjectedCrs, code);
      keys.text(Key.ProjectedCitation, crs.name);
    }
    return keys.done();
  }
  const { datum, primeMeridian, unitFactor, parameters } = crs.definition;
  const { ellipsoid, toWgs84, grids } = datum;
  const wkt = crs.isGeographic ? "" : esriWktOf(crs);
  const unsaid = crs.isGeographic && (unitFactor !== degree || Object.keys(parameters).length > 0);
  if (wkt === undefined || unsaid || grids.length > 0) throw inexpressible(crs);

  keys.number(Key.GeodeticCrs, USER_DEFINED);
  keys.text(
    Key.GeodeticCitation,
    `GCS Name = ${crs.isGeographic ? crs.name : datum.name}|Datum = ${datum.name}|Ellipsoid = ${ellipsoidName(ellipsoid)}|`,
  );
  keys.number(Key.GeodeticDatum, datum.code === undefined ? USER_DEFINED : Number(datum.code));
  keys.number(Key.AngularUnits, DEGREE);
  keys.double(Key.SemiMajorAxis, [ellipsoid.a]);
  keys.double(Key.InverseFlattening, [ellipsoid.rf]);
  keys.double(Key.PrimeMeridianLongitude, [primeMeridian]);
  if (toWgs84) keys.double(Key.ToWgs84, toWgs84);
  if (crs.isGeographic) return keys.done();
  keys.number(Key.ProjectedCrs, USER_DEFINED);
  keys.text(Key.ProjectedCitation, `ESRI PE String = ${wkt}`);
  keys.number(Key.LinearUnits, unitFactor === 1 ? METRE : USER_DEFINED);
  if (unitFactor !== 1) keys.double(Key.LinearUnitSize, [unitFactor]);
  return keys.done();
}

function epsgCode({ id, horizontal }: Crs): number | undefined {
  const [, authority, code] = /^(EPSG|OGC):(\w+)$/.exec(horizontal ?? id) ?? [];
  const number = authority === "OGC" ? ogc[code!] : Number(code);
  return number !== undefined && number > 0 && number < USER_DEFINED ? number : undefined;
}

/** Collects keys, which must come in ascending order. */
function keyWriter() {
  const entries: number[][] = [];
  const doubles: number[] = [];
  let text = "";
  return {
    number(key: number, value: number): void {
      entries.push([key, 0, 1, value]);
    },
    double(key: number, values: readonly number[]): void {
      entries.push([key, DOUBLES, values.length, doubles.length]);
      doubles.push(...values);
    },
    text(key: number, value: string): void {
      const plain = `${value.normalize("NFKD").replace(/[^\x20-\x7e]/g, "")}|`;
      entries.push([key, TEXT, plain.length, text.length]);
      text += plain;
    },
    done: (): GeoTiffKeys => ({ directory: [1, 1, 1, entries.length, ...entries.flat()], doubles, text }),
  };
}

function inexpressible(crs: Crs): QuadratError {
  return new QuadratError("output", `a GeoTIFF can't say what the grid's coordinate system is: ${crs.name}`, {
    hint: "use a grid in a system with a code of EPSG or Esri, or another format, such as parquet",
    place: { key: "grid.crs" },
  });
}
