import { isQuadratError } from "@quadrat/core/base";
import type { CrsDefinition, Ellipsoid } from "./crs.js";
import { datumCode, datumName, isLikeWgs84 } from "./datum/operations.js";
import { findCode, listedDatums } from "./parse/codes.js";
import { parseCrs } from "./parse/parse-crs.js";

/** A geodetic datum whose shift to WGS 84 is known. */
export interface DatumEntry {
  readonly name: string;
  /** The EPSG code. */
  readonly code: string;
  readonly ellipsoid: Ellipsoid | undefined;
  /** Whether positions on it are those of WGS 84. */
  readonly isLikeWgs84: boolean;
}

/** A geographic coordinate system. */
export interface GeographicEntry {
  readonly ellipsoid: Ellipsoid;
  /** Degrees east of Greenwich. */
  readonly primeMeridian: number;
  readonly datum: DatumEntry | undefined;
}

/** The register of EPSG's and Esri's systems, for readers of formats that define systems piece by piece. */
export const crsLookup = {
  /** The geographic part of EPSG:code; undefined when the code is not known or not supported. */
  geographic(code: number): GeographicEntry | undefined {
    const definition = definitionOf(code);
    if (!definition) return undefined;
    const { datum, primeMeridian } = definition;
    const name = datum.code === undefined ? undefined : datumName(datum.code);
    return {
      ellipsoid: datum.ellipsoid,
      primeMeridian,
      datum: name === undefined ? undefined : entry(datum.code!, name, datum.ellipsoid),
    };
  },

  /** The datum with an EPSG code. */
  datumByCode(code: string): DatumEntry | undefined {
    const name = datumName(code);
    const listed = listedDatums().find((datum) => datumCode(datum.name) === code);
    return name === undefined ? undefined : entry(code, name, listed && { a: listed.a, rf: listed.rf });
  },

  /** The datum with any of its names: EPSG's, GDAL's or Esri's. */
  datumByName(name: string): DatumEntry | undefined {
    const code = datumCode(name);
    return code === undefined ? undefined : crsLookup.datumByCode(code);
  },

  /** Metres in the linear unit of the projected system with a number of EPSG or Esri. */
  linearUnit(code: number): number | undefined {
    const unit = /^PROJCS.*UNIT\["[^"]*",([\d.]+)\]\]$/s.exec(findCode(code)?.wkt ?? "");
    return unit ? Number(unit[1]) : undefined;
  },
};

function entry(code: string, name: string, ellipsoid: Ellipsoid | undefined): DatumEntry {
  return { code, name, ellipsoid, isLikeWgs84: isLikeWgs84(code) };
}

function definitionOf(code: number): CrsDefinition | undefined {
  try {
    return parseCrs(`EPSG:${code}`).definition;
  } catch (error) {
    if (isQuadratError(error)) return undefined;
    throw error;
  }
}
