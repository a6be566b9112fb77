import type { CrsDefinition } from "../crs.js";

/** A parameter by its name and EPSG code, or Esri's name. */
export interface WritableParameter {
  readonly name: string;
  readonly code?: number | undefined;
  readonly value: number;
  readonly kind: "angle" | "length" | "scale";
}

/** A projection in the words of EPSG and PROJ. */
export interface WritableMethod {
  readonly name: string;
  readonly code?: number | undefined;
  readonly parameters: readonly WritableParameter[];
}

type Kind = WritableParameter["kind"];

/** EPSG's parameters. */
const names: Readonly<Record<number, readonly [name: string, kind: Kind]>> = {
  1036: ["Co-latitude of cone axis", "angle"],
  8801: ["Latitude of natural origin", "angle"],
  8802: ["Longitude of natural origin", "angle"],
  8805: ["Scale factor at natural origin", "scale"],
  8806: ["False easting", "length"],
  8807: ["False northing", "length"],
  8811: ["Latitude of projection centre", "angle"],
  8812: ["Longitude of projection centre", "angle"],
  8813: ["Azimuth of initial line", "angle"],
  8814: ["Angle from Rectified to Skew Grid", "angle"],
  8815: ["Scale factor on initial line", "scale"],
  8816: ["Easting at projection centre", "length"],
  8817: ["Northing at projection centre", "length"],
  8818: ["Latitude of pseudo standard parallel", "angle"],
  8819: ["Scale factor on pseudo standard parallel", "scale"],
  8821: ["Latitude of false origin", "angle"],
  8822: ["Longitude of false origin", "angle"],
  8823: ["Latitude of 1st standard parallel", "angle"],
  8824: ["Latitude of 2nd standard parallel", "angle"],
  8826: ["Easting at false origin", "length"],
  8827: ["Northing at false origin", "length"],
  8832: ["Latitude of standard parallel", "angle"],
  8833: ["Longitude of origin", "angle"],
};

/** A method, with the key in a definition of each parameter by its EPSG code, or a number that it always has. */
type Entry = readonly [
  name: string,
  code: number | undefined,
  parameters: Readonly<Record<number, string | number>>,
];

const falseOrigin = { 8806: "x_0", 8807: "y_0" };
const meridian = { 8802: "lon_0", ...falseOrigin };
const origin = { 8801: "lat_0", ...meridian };
const scaled = { ...origin, 8805: "k_0" };
const conic = { 8821: "lat_0", 8822: "lon_0", 8823: "lat_1", 8824: "lat_2", 8826: "x_0", 8827: "y_0" };
const skewed = { 8811: "lat_0", 8812: "lon_0", 8813: "alpha", 8814: "gamma", 8815: "k_0" };
const centre = { 8816: "x_0", 8817: "y_0" };

/** Projections with one method whatever their parameters. */
const plain: Readonly<Record<string, Entry>> = {
  aea: ["Albers Equal Area", 9822, conic],
  aeqd: ["Modified Azimuthal Equidistant", 9832, origin],
  bonne: ["Bonne", 9827, { 8801: "lat_1", ...meridian }],
  cass: ["Cassini-Soldner", 9806, origin],
  eck4: ["Eckert IV", undefined, meridian],
  eck6: ["Eckert VI", undefined, meridian],
  eqdc: ["Equidistant Conic", undefined, { ...origin, 8823: "lat_1", 8824: "lat_2" }],
  eqearth: ["Equal Earth", 1078, meridian],
  igh: ["Interrupted Goode Homolosine", undefined, meridian],
  krovak: [
    "Krovak (North Orientated)",
    1041,
    { 8811: "lat_0", 8833: "lon_0", 1036: "alpha", 8818: 78.5, 8819: "k_0", ...falseOrigin },
  ],
  merc: ["Mercator (variant A)", 9804, { 8801: 0, ...meridian, 8805: "k_0" }],
  mill: ["Miller Cylindrical", undefined, meridian],
  moll: ["Mollweide", undefined, meridian],
  nzmg: ["New Zealand Map Grid", 9811, origin],
  poly: ["American Polyconic", 9818, origin],
  robin: ["Robinson", undefined, meridian],
  sinu: ["Sinusoidal", undefined, meridian],
  somerc: [
    "Hotine Oblique Mercator (variant B)",
    9815,
    { 8811: "lat_0", 8812: "lon_0", 8813: 90, 8814: 90, 8815: "k_0", ...centre },
  ],
  sterea: ["Oblique Stereographic", 9809, scaled],
  tmerc: ["Transverse Mercator", 9807, scaled],
  webmerc: ["Popular Visualisation Pseudo Mercator", 1024, { 8801: 0, ...meridian }],
};

/** The projection in EPSG's and PROJ's words; undefined for one, or parameters, that they have no words for. */
export function writableMethod(definition: CrsDefinition): WritableMethod | undefined {
  const entry = entryOf(definition);
  if (!entry) return undefined;
  const [name, code, keys] = entry;
  const parameters: WritableParameter[] = [];
  for (const [number, key] of Object.entries(keys)) {
    const value = typeof key === "number" ? key : definition.parameters[key];
    if (value === undefined) return undefined;
    const [title, kind] = names[Number(number)]!;
    parameters.push({ name: title, code: Number(number), value, kind });
  }
  return { name, code, parameters };
}

function entryOf({ projection, parameters: p, datum, axisSigns }: CrsDefinition): Entry | undefined {
  const sphere = datum.ellipsoid.rf === 0;
  const reversed = axisSigns.includes(-1);
  if (reversed)
    return projection === "tmerc" ? ["Transverse Mercator (South Orientated)", 9808, scaled] : undefined;
  switch (projection) {
    case "laea":
      return sphere
        ? ["Lambert Azimuthal Equal Area (Spherical)", 1027, origin]
        : ["Lambert Azimuthal Equal Area", 9820, origin];
    case "cea":
      if (p["lat_ts"] === undefined) return undefined;
      return sphere
        ? ["Lambert Cylindrical Equal Area (Spherical)", 9834, { 8823: "lat_ts", ...meridian }]
        : ["Lambert Cylindrical Equal Area", 9835, { 8823: "lat_ts", ...meridian }];
    case "eqc":
      if (p["lat_0"] !== 0) return undefined;
      return sphere
        ? ["Equidistant Cylindrical (Spherical)", 1029, { 8823: "lat_ts", ...meridian }]
        : ["Equidistant Cylindrical", 1028, { 8823: "lat_ts", ...meridian }];
    case "lcc":
      if (p["lat_1"] === p["lat_2"] && p["lat_0"] === p["lat_1"])
        return ["Lambert Conic Conformal (1SP)", 9801, scaled];
      return p["k_0"] === 1 ? ["Lambert Conic Conformal (2SP)", 9802, conic] : undefined;
    case "stere":
      if (p["lat_ts"] !== undefined && p["k_0"] === undefined)
        return ["Polar Stereographic (variant B)", 9829, { 8832: "lat_ts", 8833: "lon_0", ...falseOrigin }];
      if (p["k_0"] === undefined) return undefined;
      return Math.abs(p["lat_0"] ?? 0) === 90
        ? ["Polar Stereographic (variant A)", 9810, scaled]
        : ["Stereographic", undefined, scaled];
    case "omerc":
      return p["no_uoff"] === 1
        ? ["Hotine Oblique Mercator (variant A)", 9812, { ...skewed, ...falseOrigin }]
        : ["Hotine Oblique Mercator (variant B)", 9815, { ...skewed, ...centre }];
    default:
      return Object.hasOwn(plain, projection) ? plain[projection] : undefined;
  }
}

/** A rotated pole in the words of the GRIB convention, as PROJ names it. */
export function writablePole({ projection, parameters: p }: CrsDefinition): WritableMethod | undefined {
  if (projection !== "ob_tran" || (p["lon_wrap"] ?? 0) !== 0) return undefined;
  const angle = (name: string, value = 0): WritableParameter => ({
    name: `${name} (GRIB convention)`,
    value: value === 0 ? 0 : value,
    kind: "angle",
  });
  return {
    name: "Pole rotation (GRIB convention)",
    parameters: [
      angle("Latitude of the southern pole", -(p["o_lat_p"] ?? 90)),
      angle("Longitude of the southern pole", p["lon_0"]),
      angle("Axis rotation", -(p["o_lon_p"] ?? 0)),
    ],
  };
}
