import { Key, userDefined } from "./geokeys.js";
import type { GeoKeys } from "./geokeys.js";

/** Metres in one linear unit, by EPSG code, with PROJ's name if it has one. */
const linearUnits: Readonly<Record<number, readonly [metres: number, name?: string]>> = {
  9001: [1, "m"],
  9002: [0.3048, "ft"],
  9003: [1200 / 3937, "us-ft"],
  9005: [0.3047972654],
  9014: [1.8288],
  9030: [1852],
  9036: [1000],
};

type Parameters = (keys: ParameterReader) => string;

/** Projection methods (ProjMethodGeoKey) as PROJ parameters. */
const methods: Readonly<Record<number, Parameters>> = {
  1: (p) => `tmerc ${p.origin()} ${p.scale()}`,
  3: (p) => `omerc ${p.oblique()} +no_uoff`,
  7: (p) =>
    p.has(Key.StandardParallel1)
      ? `merc ${p.trueScale()} ${p.meridian()}`
      : `merc ${p.meridian()} ${p.scale()}`,
  8: (p) => `lcc ${p.parallels()} ${p.origin()}`,
  9: (p) => `lcc +lat_1=${p.latitude()} ${p.origin()} ${p.scale()}`,
  10: (p) => `laea ${p.origin()}`,
  11: (p) => `aea ${p.parallels()} ${p.origin()}`,
  12: (p) => `aeqd ${p.origin()}`,
  13: (p) => `eqdc ${p.parallels()} ${p.origin()}`,
  14: (p) => `stere ${p.origin()} ${p.scale()}`,
  15: (p) => polarStereographic(p),
  16: (p) => `sterea ${p.origin()} ${p.scale()}`,
  17: (p) => `eqc ${p.trueScale()} ${p.origin()}`,
  18: (p) => `cass ${p.origin()}`,
  19: (p) => `gnom ${p.origin()}`,
  20: (p) => `mill +R_A ${p.meridian()}`,
  21: (p) => `ortho ${p.origin()}`,
  22: (p) => `poly ${p.origin()}`,
  23: (p) => `robin ${p.meridian()}`,
  24: (p) => `sinu ${p.meridian()}`,
  25: (p) => `vandg +R_A ${p.meridian()}`,
  26: (p) => `nzmg ${p.origin()}`,
  28: (p) => `cea ${p.trueScale()} ${p.meridian()}`,
  9815: (p) => (p.isSwiss() ? `somerc ${p.origin()} ${p.scale()}` : `omerc ${p.oblique()}`),
};

/** A latitude other than the pole's is that of true scale. */
function polarStereographic(p: ParameterReader): string {
  const latitude = p.latitude();
  if (Math.abs(latitude) === 90) return `stere ${p.origin()} ${p.scale()}`;
  return `stere +lat_0=${latitude < 0 ? -90 : 90} +lat_ts=${latitude} ${p.meridian()}`;
}

/**
 * The projection that the keys define, as PROJ parameters from `+proj` to the units; undefined if the method or the
 * unit is not known.
 * @param degrees degrees in one angular unit
 */
export function describeProjection(keys: GeoKeys, degrees: number): string | undefined {
  const unit = linearUnit(keys);
  if (!unit) return undefined;
  const units = unit.name ? `+units=${unit.name}` : `+to_meter=${unit.metres}`;
  const utm = utmZone(keys.number(Key.Projection));
  if (utm) return `+proj=utm ${utm} ${units}`;
  const method = methods[keys.number(Key.ProjectionMethod) ?? 0];
  if (!method) return undefined;
  const reader = parameterReader(keys, degrees, unit.metres);
  return `+proj=${method(reader)} ${reader.falseOrigin()} ${units}`;
}

/** EPSG's conversions 16001 to 16060 and 16101 to 16160 are the zones of UTM. */
function utmZone(projection: number | undefined): string | undefined {
  if (projection === undefined) return undefined;
  const south = projection > 16100;
  const zone = projection - (south ? 16100 : 16000);
  return zone >= 1 && zone <= 60 ? `+zone=${zone}${south ? " +south" : ""}` : undefined;
}

/** The unit of projected coordinates; undefined if it is not known. */
export function linearUnit(keys: GeoKeys): { readonly metres: number; readonly name?: string } | undefined {
  const code = keys.number(Key.LinearUnits) ?? 9001;
  if (code === userDefined) {
    const metres = keys.number(Key.LinearUnitSize);
    return metres !== undefined && metres > 0 ? { metres } : undefined;
  }
  const listed = linearUnits[code];
  return listed && { metres: listed[0], ...(listed[1] && { name: listed[1] }) };
}

type ParameterReader = ReturnType<typeof parameterReader>;

/** Writers disagree about the key of a parameter: of several keys the first one present counts. */
function parameterReader(keys: GeoKeys, degrees: number, metres: number) {
  const first = (otherwise: number, ...candidates: number[]) => {
    for (const key of candidates) {
      const value = keys.number(key);
      if (value !== undefined) return value;
    }
    return otherwise;
  };
  const angle = (...candidates: number[]) => tidy(first(0, ...candidates) * degrees);
  const latitude = () => angle(Key.NaturalOriginLatitude, Key.FalseOriginLatitude, Key.CenterLatitude);
  const longitude = () =>
    angle(
      ...[Key.StraightVerticalPoleLongitude, Key.NaturalOriginLongitude, Key.FalseOriginLongitude],
      Key.CenterLongitude,
    );
  const factor = () => first(1, Key.ScaleAtNaturalOrigin, Key.ScaleAtCenter);
  const azimuth = () => angle(Key.AzimuthAngle);
  const skew = () =>
    keys.number(Key.RectifiedGridAngle) === undefined ? azimuth() : angle(Key.RectifiedGridAngle);
  const east = () => tidy(first(0, Key.FalseEasting, Key.FalseOriginEasting, Key.CenterEasting) * metres);
  const north = () => tidy(first(0, Key.FalseNorthing, Key.FalseOriginNorthing, Key.CenterNorthing) * metres);
  return {
    has: (key: number) => keys.number(key) !== undefined,
    latitude,
    origin: () => `+lat_0=${latitude()} +lon_0=${longitude()}`,
    meridian: () => `+lon_0=${longitude()}`,
    parallels: () => `+lat_1=${angle(Key.StandardParallel1)} +lat_2=${angle(Key.StandardParallel2)}`,
    trueScale: () => `+lat_ts=${angle(Key.StandardParallel1)}`,
    scale: () => `+k_0=${factor()}`,
    oblique: () =>
      `+lat_0=${latitude()} +lonc=${longitude()} +alpha=${azimuth()} +gamma=${skew()} +k_0=${factor()}`,
    isSwiss: () => azimuth() === 90 && skew() === 90,
    falseOrigin: () => `+x_0=${east()} +y_0=${north()}`,
  };
}

/** Removes the noise of a unit conversion from a number. */
function tidy(value: number): number {
  return Number(value.toPrecision(15));
}
