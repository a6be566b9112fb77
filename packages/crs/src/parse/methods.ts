import { QuadratError } from "@quadrat/core/base";
import { own } from "../own.js";

/** Parameters by their PROJ names; angles in degrees, lengths in metres. */
export type Parameters = Readonly<Record<string, number>>;

/** A projection as WKT and PROJJSON name it, in PROJ's words. */
export interface Conversion {
  readonly projection: string;
  readonly parameters: Parameters;
  /** Both axes are reversed (to the west and south) whatever the axes say. */
  readonly southOriented?: boolean;
}

/** PROJ's name of a parameter of WKT 1 (GDAL's or Esri's), WKT 2 or PROJJSON; undefined for one that isn't known. */
export function parameterName(name: string): string | undefined {
  return own(parameterNames, plain(name));
}

/** What a parameter of this PROJ name is measured in. */
export function parameterKind(name: string): "angle" | "length" | "number" {
  if (/^(o_)?(lat|lon)_|^alpha$|^gamma$/.test(name)) return "angle";
  return /^(x_0|y_0|h)$/.test(name) ? "length" : "number";
}

/**
 * Puts a method of WKT or PROJJSON, with parameters already under PROJ names, into PROJ's words.
 * @throws QuadratError of kind "usage" for a method that isn't supported
 */
export function conversion(method: string, parameters: Parameters): Conversion {
  const convert = own(methods, plain(method));
  if (!convert) throw unsupportedMethod(method);
  return convert(parameters);
}

/** The error for a projection that isn't supported. */
export function unsupportedMethod(method: string, why = ""): QuadratError {
  return new QuadratError("usage", `the projection ${method} is not supported${why && `: ${why}`}`, {
    hint: "reproject the data to another coordinate system first, for instance with gdalwarp -t_srs",
  });
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

const parameterNames: Readonly<Record<string, string>> = {
  ...named("lat_0", "latitudeoforigin", "latitudeofcenter", "latitudeofcentre", "latitudeofnaturalorigin"),
  ...named("lat_0", "latitudeoffalseorigin", "latitudeofprojectioncentre", "latitudeofprojectioncenter"),
  ...named("lon_0", "centralmeridian", "longitudeofcenter", "longitudeofcentre", "longitudeoforigin"),
  ...named("lon_0", "longitudeofnaturalorigin", "longitudeoffalseorigin", "longitudeofprojectioncentre"),
  ...named("lon_0", "longitudeofprojectioncenter", "straightverticallongitudefrompole"),
  ...named("lat_1", "standardparallel1", "standardparallel", "latitudeof1ststandardparallel"),
  ...named(
    "lat_1",
    "latitudeofstandardparallel",
    "pseudostandardparallel1",
    "latitudeofpseudostandardparallel",
  ),
  ...named("lat_2", "standardparallel2", "latitudeof2ndstandardparallel"),
  ...named("k_0", "scalefactor", "scalefactoratnaturalorigin", "scalefactoratprojectioncentre"),
  ...named("k_0", "scalefactoroninitialline", "scalefactoronpseudostandardparallel"),
  ...named("x_0", "falseeasting", "eastingatfalseorigin", "eastingatprojectioncentre"),
  ...named("y_0", "falsenorthing", "northingatfalseorigin", "northingatprojectioncentre"),
  ...named("alpha", "azimuth", "azimuthofinitialline", "azimuthatprojectioncentre", "colatitudeofconeaxis"),
  ...named("gamma", "rectifiedgridangle", "anglefromrectifiedtoskewgrid", "xyplanerotation"),
  ...named("h", "satelliteheight", "height"),
  ...named("x_scale", "xscale"),
  ...named("y_scale", "yscale"),
  ...named("option", "option"),
  ...named("auxiliary_sphere_type", "auxiliaryspheretype"),
  ...named("lat_south", "latitudeofthesouthernpolegribconvention"),
  ...named("lon_south", "longitudeofthesouthernpolegribconvention"),
  ...named("lon_rotation", "axisrotationgribconvention"),
  ...named("lat_north", "gridnorthpolelatitudenetcdfcfconvention"),
  ...named("lon_north", "gridnorthpolelongitudenetcdfcfconvention"),
  ...named("o_lon_p", "northpolegridlongitudenetcdfcfconvention"),
};

function named(projName: string, ...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, projName]));
}

type Convert = (parameters: Parameters) => Conversion;

/** A method that PROJ knows under another name, with parameters under other names. */
function as(
  projection: string,
  renamed: Readonly<Record<string, string>> = {},
  added: Parameters = {},
): Convert {
  return (parameters) => {
    const entries = Object.entries(parameters).map(
      ([name, value]) => [renamed[name] ?? name, value] as const,
    );
    return { projection, parameters: { ...added, ...Object.fromEntries(entries) } };
  };
}

const trueScale = { lat_1: "lat_ts" };

/** Latitude of origin at a pole with a scale factor, or elsewhere: then it is the latitude of true scale. */
const polarStereographic: Convert = ({ lat_0 = 90, ...others }) =>
  Math.abs(lat_0) === 90
    ? { projection: "stere", parameters: { ...others, lat_0 } }
    : { projection: "stere", parameters: { ...others, lat_0: Math.sign(lat_0) * 90, lat_ts: lat_0 } };

const polarStereographicB: Convert = ({ lat_1 = 90, ...others }) => ({
  projection: "stere",
  parameters: { ...others, lat_0: Math.sign(lat_1) * 90, lat_ts: lat_1 },
});

/** The false origin is where the initial line meets the equator of its sphere. */
const hotineA = as("omerc", {}, { no_uoff: 1 });

/** The false origin is the centre; due east, it is the Swiss projection. */
const hotineB: Convert = (parameters) => {
  const { alpha = 0, gamma = alpha, ...others } = parameters;
  const eastward = Math.abs(alpha - 90) < 1e-4 && Math.abs(gamma - 90) < 1e-4;
  return eastward
    ? { projection: "somerc", parameters: others }
    : { projection: "omerc", parameters: { ...others, alpha, gamma } };
};

const krovak: Convert = ({ lat_1 = 78.5, x_scale = -1, y_scale = 1, gamma = 90, ...others }) => {
  if (x_scale !== -1 || y_scale !== 1 || gamma !== 90) {
    throw unsupportedMethod(
      "Krovak with axes to the south and west",
      "use the version with axes to the east and north, EPSG:5514",
    );
  }
  if (lat_1 !== 78.5) throw unsupportedMethod("Krovak", `with the pseudo standard parallel ${lat_1}`);
  return { projection: "krovak", parameters: others };
};

const goode: Convert = ({ option = 1, ...parameters }) => {
  if (option !== 1)
    throw unsupportedMethod("Goode homolosine", "only the version interrupted over the oceans is");
  return { projection: "igh", parameters };
};

const webMercator: Convert = ({
  auxiliary_sphere_type = 0,
  lat_0 = 0,
  lat_1 = 0,
  k_0 = 1,
  ...parameters
}) => {
  if (auxiliary_sphere_type !== 0 || lat_0 !== 0 || lat_1 !== 0 || k_0 !== 1) {
    throw unsupportedMethod("Mercator Auxiliary Sphere", "only web Mercator (EPSG:3857) is");
  }
  return { projection: "webmerc", parameters };
};

const poleRotationGrib: Convert = ({ lat_south = -90, lon_south = 0, lon_rotation = 0, ...others }) => ({
  projection: "ob_tran",
  parameters: { ...others, o_lat_p: -lat_south, o_lon_p: -lon_rotation, lon_0: lon_south },
});

/** The longitude of the pole is half a turn from the meridian that stays one. */
const poleRotationCf: Convert = ({ lat_north = 90, lon_north = 0, ...others }) => ({
  projection: "ob_tran",
  parameters: { ...others, o_lat_p: lat_north, lon_0: lon_north + 180 },
});

const methods: Readonly<Record<string, Convert>> = {
  transversemercator: as("tmerc"),
  gausskruger: as("tmerc"),
  transversemercatorcomplex: as("tmerc"),
  fasttransversemercator: as("tmerc"),
  transversemercatorsouthorientated: (parameters) => ({
    projection: "tmerc",
    parameters,
    southOriented: true,
  }),
  mercator: as("merc", trueScale),
  mercator1sp: as("merc"),
  mercatorvarianta: as("merc"),
  mercator2sp: as("merc", trueScale),
  mercatorvariantb: as("merc", trueScale),
  mercatorauxiliarysphere: webMercator,
  popularvisualisationpseudomercator: webMercator,
  lambertconformalconic: as("lcc"),
  lambertconformalconic1sp: as("lcc"),
  lambertconformalconic2sp: as("lcc"),
  lambertconicconformal1sp: as("lcc"),
  lambertconicconformal2sp: as("lcc"),
  lambertazimuthalequalarea: as("laea"),
  lambertazimuthalequalareaspherical: as("laea"),
  albers: as("aea"),
  albersconicequalarea: as("aea"),
  albersequalarea: as("aea"),
  cylindricalequalarea: as("cea", trueScale),
  lambertcylindricalequalarea: as("cea", trueScale),
  lambertcylindricalequalareaspherical: as("cea", trueScale),
  behrmann: as("cea", {}, { lat_ts: 30 }),
  polarstereographic: polarStereographic,
  polarstereographicvarianta: polarStereographic,
  polarstereographicvariantb: polarStereographicB,
  stereographicnorthpole: as("stere", trueScale, { lat_0: 90 }),
  stereographicsouthpole: as("stere", trueScale, { lat_0: -90 }),
  stereographic: as("stere"),
  obliquestereographic: as("sterea"),
  doublestereographic: as("sterea"),
  sinusoidal: as("sinu"),
  mollweide: as("moll"),
  eckertiv: as("eck4"),
  eckertvi: as("eck6"),
  robinson: as("robin"),
  equalearth: as("eqearth"),
  equirectangular: as("eqc", trueScale),
  equidistantcylindrical: as("eqc", trueScale),
  equidistantcylindricalspherical: as("eqc", trueScale),
  equidistantcylindricalellipsoidal: as("eqc", trueScale),
  platecarree: as("eqc", trueScale),
  krovak,
  krovaknorthorientated: krovak,
  hotineobliquemercator: hotineA,
  hotineobliquemercatorvarianta: hotineA,
  hotineobliquemercatorazimuthnaturalorigin: hotineA,
  rectifiedskeworthomorphicnaturalorigin: hotineA,
  hotineobliquemercatorvariantb: hotineB,
  hotineobliquemercatorazimuthcenter: hotineB,
  rectifiedskeworthomorphiccenter: hotineB,
  swissobliquemercator: as("somerc"),
  swissobliquecylindrical: as("somerc"),
  cassini: as("cass"),
  cassinisoldner: as("cass"),
  polyconic: as("poly"),
  americanpolyconic: as("poly"),
  azimuthalequidistant: as("aeqd"),
  modifiedazimuthalequidistant: as("aeqd"),
  equidistantconic: as("eqdc"),
  gnomonic: as("gnom"),
  orthographic: as("ortho"),
  orthographicspherical: as("ortho"),
  millercylindrical: as("mill", {}, { R_A: 1 }),
  newzealandmapgrid: as("nzmg"),
  bonne: as("bonne", { lat_0: "lat_1" }),
  goodehomolosine: goode,
  interruptedgoodehomolosine: goode,
  geostationarysatellite: as("geos"),
  geostationarysatellitesweepy: as("geos"),
  geostationarysatellitesweepx: as("geos", {}, { sweep: 1 }),
  polerotationgribconvention: poleRotationGrib,
  polerotationnetcdfcfconvention: poleRotationCf,
};
