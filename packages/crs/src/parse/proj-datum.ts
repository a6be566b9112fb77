import { nearest } from "@quadrat/core/base";
import type { Datum, Ellipsoid } from "../crs.js";
import { datumName, wgs84Code } from "../datum/operations.js";
import { unknownDatum } from "../datum/plan.js";
import { ellipsoidNames, namedEllipsoid, withMinorAxis } from "../ellipsoids.js";
import { own } from "../own.js";
import { readNumber, refuseValue, type ProjKeys } from "./proj-keys.js";

/** The datums that PROJ strings name: EPSG code and ellipsoid. */
const datums: Readonly<Record<string, readonly [code: string, ellipsoid: string]>> = {
  WGS84: [wgs84Code, "WGS84"],
  NAD83: ["6269", "GRS80"],
  NAD27: ["6267", "clrk66"],
  OSGB36: ["6277", "airy"],
  GGRS87: ["6121", "GRS80"],
  potsdam: ["6314", "bessel"],
  carthage: ["6223", "clrk80ign"],
  hermannskogel: ["6312", "bessel"],
  ire65: ["6299", "mod_airy"],
  nzgd49: ["6272", "intl"],
};

function readEllipsoid(keys: ProjKeys, fallback: Ellipsoid): Ellipsoid {
  const number = (key: string): number | undefined => {
    const value = keys.get(key);
    return value === undefined ? undefined : readNumber(key, value);
  };
  const radius = number("R");
  if (radius !== undefined) return { a: radius, rf: 0 };
  const name = keys.get("ellps");
  const named = name === undefined ? fallback : namedEllipsoid(name);
  if (!named) {
    const near = nearest(name ?? "", ellipsoidNames());
    throw refuseValue(
      "ellps",
      name ?? "",
      near ? `did you mean ${near}?` : `one of ${ellipsoidNames().join(", ")}`,
    );
  }
  const a = number("a") ?? named.a;
  const [b, rf, f, es] = [number("b"), number("rf"), number("f"), number("es")];
  if (b !== undefined) return withMinorAxis(a, b);
  if (rf !== undefined) return { a, rf };
  if (f !== undefined) return { a, rf: f === 0 ? 0 : 1 / f };
  if (es !== undefined) return withMinorAxis(a, a * Math.sqrt(1 - es));
  // As in PROJ, an axis alone makes a sphere.
  return keys.has("a") && name === undefined ? { a, rf: 0 } : { a, rf: named.rf };
}

/** The shape of the Earth and the shift to WGS 84 of a PROJ string. */
export function readDatum(keys: ProjKeys): Datum {
  const name = keys.get("datum");
  const known = name === undefined ? undefined : own(datums, name);
  if (name !== undefined && !known) {
    const near = nearest(name, Object.keys(datums));
    throw refuseValue(
      "datum",
      name,
      near ? `did you mean ${near}?` : `one of ${Object.keys(datums).join(", ")}`,
    );
  }
  const [code, ellipsoidName] = known ?? [undefined, "GRS80"];
  const ellipsoid = readEllipsoid(keys, namedEllipsoid(ellipsoidName)!);
  const toWgs84 = readShift(keys);
  const grids = keys.get("nadgrids")?.split(",") ?? [];
  const required = grids.filter((grid) => !grid.startsWith("@") && grid !== "null");
  if (required.length > 0) {
    throw refuseValue(
      "nadgrids",
      required.join(","),
      "grid files are not read; @ before the name makes one optional",
    );
  }
  const optional = grids.map((grid) => grid.replace(/^@/, "")).filter((grid) => grid !== "null");
  if (grids.length > 0 && optional.length === 0)
    return { name: "World Geodetic System 1984", ellipsoid, code: wgs84Code, toWgs84: undefined, grids: [] };
  if (toWgs84) return { name: unknownDatum, ellipsoid, code: undefined, toWgs84, grids: [] };
  // Behind grid files `null` stands for no shift, which is what is left when none of them is read.
  const datumCode = optional.length < grids.length ? undefined : code;
  return {
    name: (datumCode && datumName(datumCode)) ?? unknownDatum,
    ellipsoid,
    code: datumCode,
    toWgs84: undefined,
    grids: optional,
  };
}

function readShift(keys: ProjKeys): readonly number[] | undefined {
  const text = keys.get("towgs84");
  if (text === undefined) return undefined;
  const values = text.split(",").map((value) => readNumber("towgs84", value));
  if (values.length !== 3 && values.length !== 7) throw refuseValue("towgs84", text, "3 or 7 numbers");
  return values;
}
