/** Metres per unit, by the names that PROJ strings use. */
export const projUnits: Readonly<Record<string, number>> = {
  m: 1,
  mm: 0.001,
  cm: 0.01,
  dm: 0.1,
  km: 1000,
  in: 0.0254,
  ft: 0.3048,
  yd: 0.9144,
  mi: 1609.344,
  fath: 1.8288,
  kmi: 1852,
  ch: 20.1168,
  link: 0.201168,
  "us-in": 100 / 3937,
  "us-ft": 1200 / 3937,
  "us-yd": 3600 / 3937,
  "us-ch": 79200 / 3937,
  "us-mi": 6336000 / 3937,
  "ind-yd": 0.91439523,
  "ind-ft": 0.30479841,
  "ind-ch": 20.11669506,
};

export const degree = Math.PI / 180;

const names: readonly (readonly [factor: number, name: string])[] = [
  [1, "metre"],
  [1000, "kilometre"],
  [0.3048, "foot"],
  [1200 / 3937, "US survey foot"],
];

const angularNames: readonly (readonly [factor: number, name: string])[] = [
  [degree, "degree"],
  [Math.PI / 200, "grad"],
  [1, "radian"],
];

/** The everyday name of a unit of length, by its size in metres. */
export function lengthUnitName(metres: number): string {
  return nameOf(metres, names) ?? `unit of ${metres} m`;
}

/** The everyday name of a unit of angle, by its size in radians. */
export function angleUnitName(radians: number): string {
  return nameOf(radians, angularNames) ?? `unit of ${radians / degree} degrees`;
}

function nameOf(factor: number, known: typeof names): string | undefined {
  return known.find(([size]) => Math.abs(size - factor) <= 1e-9 * size)?.[1];
}

/** Degrees east of Greenwich, by the names that PROJ strings use. */
export const primeMeridians: Readonly<Record<string, number>> = {
  greenwich: 0,
  lisbon: -9.131906111111112,
  paris: 2.337229166666667,
  bogota: -74.08091666666667,
  madrid: -3.687938888888889,
  rome: 12.452333333333332,
  bern: 7.439583333333333,
  jakarta: 106.80771944444444,
  ferro: -17.666666666666668,
  brussels: 4.367975,
  stockholm: 18.05827777777778,
  athens: 23.7163375,
  oslo: 10.722916666666666,
  copenhagen: 12.57788,
};
