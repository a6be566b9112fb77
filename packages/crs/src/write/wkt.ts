import type { Crs, CrsDefinition } from "../crs.js";
import { findCode } from "../parse/codes.js";
import { degree } from "../units.js";
import { ellipsoidName } from "./ellipsoid-names.js";

/** A method of Esri's, and its parameters: keys of the definition, or numbers that they always have. */
type Entry = readonly [name: string, parameters: Readonly<Record<string, string | number>>];

const meridian = { False_Easting: "x_0", False_Northing: "y_0", Central_Meridian: "lon_0" };
const origin = { ...meridian, Latitude_Of_Origin: "lat_0" };
const scaled = { ...meridian, Scale_Factor: "k_0", Latitude_Of_Origin: "lat_0" };
const trueScale = { ...meridian, Standard_Parallel_1: "lat_ts" };
const conic = {
  ...meridian,
  Standard_Parallel_1: "lat_1",
  Standard_Parallel_2: "lat_2",
  Latitude_Of_Origin: "lat_0",
};
const centre = { Longitude_Of_Center: "lon_0", Latitude_Of_Center: "lat_0" };
const oblique = {
  False_Easting: "x_0",
  False_Northing: "y_0",
  Scale_Factor: "k_0",
  Azimuth: "alpha",
  ...centre,
};

const plain: Readonly<Record<string, Entry>> = {
  aea: ["Albers", conic],
  aeqd: ["Azimuthal_Equidistant", origin],
  bonne: ["Bonne", { ...meridian, Standard_Parallel_1: "lat_1" }],
  cass: ["Cassini", { ...meridian, Scale_Factor: 1, Latitude_Of_Origin: "lat_0" }],
  eck4: ["Eckert_IV", meridian],
  eck6: ["Eckert_VI", meridian],
  eqdc: ["Equidistant_Conic", conic],
  eqearth: ["Equal_Earth", meridian],
  igh: ["Goode_Homolosine", { ...meridian, Option: 1 }],
  laea: ["Lambert_Azimuthal_Equal_Area", origin],
  mill: ["Miller_Cylindrical", meridian],
  moll: ["Mollweide", meridian],
  poly: ["Polyconic", origin],
  robin: ["Robinson", meridian],
  sinu: ["Sinusoidal", meridian],
  somerc: ["Hotine_Oblique_Mercator_Azimuth_Center", { ...oblique, Azimuth: 90 }],
  sterea: ["Double_Stereographic", scaled],
  tmerc: ["Transverse_Mercator", scaled],
  webmerc: ["Mercator_Auxiliary_Sphere", { ...meridian, Standard_Parallel_1: 0, Auxiliary_Sphere_Type: 0 }],
};

/**
 * A system as WKT 1 in Esri's dialect, which GeoTIFFs carry in a citation. One that was given as WKT 1, or by a code of Esri's, as
 * it was written there. Undefined where that dialect has no words for it.
 */
export function esriWktOf(crs: Crs): string | undefined {
  const id = crs.horizontal ?? crs.id;
  if (/^(PROJCS|GEOGCS)\[/.test(id)) return id;
  const [, authority, code] = /^(EPSG|ESRI):(\d+)$/.exec(id) ?? [];
  if (authority === "ESRI") return findCode(Number(code))?.wkt;
  const { definition, name } = crs;
  const { projection, parameters, datum, unitFactor } = definition;
  if (datum.grids.length > 0 || definition.axisSigns.includes(-1)) return undefined;
  if (projection === "longlat") return unitFactor === degree ? geographic(definition) : undefined;
  const entry = entryOf(definition);
  if (!entry) return undefined;
  const [method, keys] = entry;
  const written: string[] = [];
  for (const [title, key] of Object.entries(keys)) {
    const value = typeof key === "number" ? key : parameters[key];
    if (value === undefined) return undefined;
    const isLength = key === "x_0" || key === "y_0";
    written.push(`,PARAMETER["${title}",${decimal(isLength ? value / unitFactor : value)}]`);
  }
  const unit = `UNIT["${crs.unit === "metre" ? "Meter" : plainName(crs.unit)}",${decimal(unitFactor)}]`;
  return `PROJCS["${plainName(name)}",${geographic(definition)},PROJECTION["${method}"]${written.join("")},${unit}]`;
}

function entryOf({ projection, parameters: p }: CrsDefinition): Entry | undefined {
  switch (projection) {
    case "cea":
      return ["Cylindrical_Equal_Area", trueScale];
    case "eqc":
      return p["lat_0"] === 0 ? ["Equidistant_Cylindrical", trueScale] : undefined;
    case "merc":
      return p["k_0"] === 1
        ? ["Mercator", { ...meridian, Standard_Parallel_1: 0 }]
        : ["Mercator_1SP", scaled1];
    case "lcc":
      if (p["lat_1"] !== p["lat_2"]) return p["k_0"] === 1 ? ["Lambert_Conformal_Conic", conic] : undefined;
      return p["lat_0"] === p["lat_1"]
        ? [
            "Lambert_Conformal_Conic",
            { ...meridian, Standard_Parallel_1: "lat_1", Scale_Factor: "k_0", Latitude_Of_Origin: "lat_0" },
          ]
        : p["k_0"] === 1
          ? ["Lambert_Conformal_Conic", conic]
          : undefined;
    case "stere": {
      const pole = p["lat_0"] === 90 ? "North" : p["lat_0"] === -90 ? "South" : undefined;
      if (pole === undefined) return ["Stereographic", scaled];
      if (p["lat_ts"] !== undefined && p["k_0"] === undefined)
        return [`Stereographic_${pole}_Pole`, trueScale];
      return p["k_0"] === 1
        ? [`Stereographic_${pole}_Pole`, { ...meridian, Standard_Parallel_1: "lat_0" }]
        : undefined;
    }
    case "omerc": {
      const place = p["no_uoff"] === 1 ? "Natural_Origin" : "Center";
      return p["alpha"] === p["gamma"] ? [`Hotine_Oblique_Mercator_Azimuth_${place}`, oblique] : undefined;
    }
    default:
      return Object.hasOwn(plain, projection) ? plain[projection] : undefined;
  }
}

const scaled1 = { ...meridian, Scale_Factor: "k_0" };

function geographic({ datum, primeMeridian }: CrsDefinition): string {
  const { name, ellipsoid, toWgs84 } = datum;
  const { a, rf } = ellipsoid;
  const spheroid = `SPHEROID["${plainName(ellipsoidName(ellipsoid))}",${decimal(a)},${decimal(rf)}]`;
  const shift = toWgs84 ? `,TOWGS84[${[...toWgs84, 0, 0, 0, 0].slice(0, 7).map(decimal).join(",")}]` : "";
  const prime = `PRIMEM["${primeMeridian === 0 ? "Greenwich" : "unnamed"}",${decimal(primeMeridian)}]`;
  const own = plainName(name);
  return `GEOGCS["GCS_${own}",DATUM["D_${own}",${spheroid}${shift}],${prime},UNIT["Degree",0.0174532925199433]]`;
}

/** A number with a point, as Esri writes it. */
function decimal(value: number): string {
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function plainName(name: string): string {
  return name.replace(/[^A-Za-z0-9]+/g, "_").replace(/^_+|_+$/g, "") || "unnamed";
}
