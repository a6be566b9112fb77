import { albers } from "./albers.js";
import { azimuthalEquidistant } from "./azimuthal-equidistant.js";
import { cassini } from "./cassini.js";
import { cylindricalEqualArea } from "./cylindrical-equal-area.js";
import { eckert4, eckert6 } from "./eckert.js";
import { equalEarth } from "./equal-earth.js";
import { equidistantConic } from "./equidistant-conic.js";
import { equirectangular } from "./equirectangular.js";
import { goodeHomolosine } from "./goode-homolosine.js";
import { lambertAzimuthalEqualArea } from "./lambert-azimuthal.js";
import { lambertConformalConic } from "./lambert-conformal-conic.js";
import { mercator, webMercator } from "./mercator.js";
import { miller } from "./miller.js";
import { mollweide } from "./mollweide.js";
import { fromProj4 } from "./proj4.js";
import type { Projection, ProjectionInput } from "./projection.js";
import { robinson } from "./robinson.js";
import { rotatedPole } from "./rotated-pole.js";
import { sinusoidal } from "./sinusoidal.js";
import { stereographic } from "./stereographic.js";
import { transverseMercator } from "./transverse-mercator.js";

export interface ProjectionMethod {
  readonly title: string;
  /** The parameters that it takes in addition to `lon_0`, `x_0` and `y_0`, by their PROJ names. */
  readonly parameters: readonly string[];
  readonly create: (input: ProjectionInput) => Projection;
  /** Why it is correct only on a sphere. */
  readonly sphereOnly?: string;
}

/** Every projection that is understood, by its PROJ name. */
export const projectionMethods: Readonly<Record<string, ProjectionMethod>> = {
  aea: { title: "Albers equal-area conic", parameters: ["lat_0", "lat_1", "lat_2"], create: albers },
  aeqd: { title: "azimuthal equidistant", parameters: ["lat_0"], create: azimuthalEquidistant },
  bonne: viaProj4("bonne", "Bonne", "lat_1"),
  cass: { title: "Cassini-Soldner", parameters: ["lat_0"], create: cassini },
  cea: { title: "cylindrical equal area", parameters: ["lat_ts", "k_0"], create: cylindricalEqualArea },
  eck4: { title: "Eckert IV", parameters: [], create: eckert4 },
  eck6: { title: "Eckert VI", parameters: [], create: eckert6 },
  eqc: { title: "equidistant cylindrical", parameters: ["lat_0", "lat_ts"], create: equirectangular },
  eqdc: { title: "equidistant conic", parameters: ["lat_0", "lat_1", "lat_2"], create: equidistantConic },
  eqearth: { title: "Equal Earth", parameters: [], create: equalEarth },
  geos: viaProj4("geos", "geostationary satellite view", "h", "sweep"),
  gnom: {
    ...viaProj4("gnom", "gnomonic", "lat_0"),
    sphereOnly: "versions of PROJ disagree on the gnomonic projection of an ellipsoid",
  },
  igh: { title: "Goode homolosine", parameters: [], create: goodeHomolosine },
  krovak: viaProj4("krovak", "Krovak", "lat_0", "alpha", "k_0"),
  laea: { title: "Lambert azimuthal equal area", parameters: ["lat_0"], create: lambertAzimuthalEqualArea },
  lcc: {
    title: "Lambert conformal conic",
    parameters: ["lat_0", "lat_1", "lat_2", "k_0"],
    create: lambertConformalConic,
  },
  merc: { title: "Mercator", parameters: ["k_0"], create: mercator },
  mill: { title: "Miller cylindrical", parameters: ["R_A"], create: miller },
  moll: { title: "Mollweide", parameters: [], create: mollweide },
  nzmg: viaProj4("nzmg", "New Zealand map grid", "lat_0"),
  ob_tran: { title: "rotated pole", parameters: ["o_lat_p", "o_lon_p", "lon_wrap"], create: rotatedPole },
  omerc: viaProj4("omerc", "oblique Mercator", "lat_0", "alpha", "gamma", "k_0", "no_uoff"),
  ortho: {
    ...viaProj4("ortho", "orthographic", "lat_0"),
    sphereOnly: "proj4 has the orthographic projection of a sphere only",
  },
  poly: viaProj4("poly", "polyconic", "lat_0"),
  robin: { title: "Robinson", parameters: [], create: robinson },
  sinu: { title: "sinusoidal", parameters: [], create: sinusoidal },
  somerc: viaProj4("somerc", "Swiss oblique Mercator", "lat_0", "k_0"),
  stere: { title: "stereographic", parameters: ["lat_0", "lat_ts", "k_0"], create: stereographic },
  sterea: viaProj4("sterea", "oblique stereographic", "lat_0", "k_0"),
  tmerc: { title: "transverse Mercator", parameters: ["lat_0", "k_0"], create: transverseMercator },
  webmerc: { title: "web Mercator", parameters: [], create: webMercator },
};

export const projectionNames: readonly string[] = Object.keys(projectionMethods);

/** Projections that cut the globe open along the meridian opposite the central one, which has an image on either side. */
export const cutAtAntimeridian: ReadonlySet<string> = new Set([
  ...["aea", "bonne", "cea", "eck4", "eck6", "eqc", "eqdc", "eqearth", "igh", "lcc", "merc", "mill", "moll"],
  ...["poly", "robin", "sinu", "webmerc"],
]);

function viaProj4(name: string, title: string, ...parameters: string[]): ProjectionMethod {
  return { title, parameters, create: (input) => fromProj4(name, input) };
}
