/** What the kernels of coordinates compute, one point at a time, by the functions of `Math`. */

/** Undefined where a point has no image. */
export type PlainPoint = (x: number, y: number) => readonly [x: number, y: number] | undefined;

export function halfTurn(angle: number): number {
  const turned =
    Math.abs(angle) <= Math.PI + 1e-12 ? angle : angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  return turned > Math.PI ? Math.PI : turned < -Math.PI ? -Math.PI : turned;
}

/** The sum over k of `coefficients[k - 1] * sin(2 k angle)`, from the sine and cosine of twice the angle. */
function sineSum(coefficients: readonly number[], sine: number, cosine: number): number {
  let last = 0;
  let before = 0;
  for (const coefficient of coefficients.toReversed()) {
    [before, last] = [last, 2 * cosine * last - before + coefficient];
  }
  return last * sine;
}

/** The same of a complex angle. */
function complexSineSum(
  coefficients: readonly number[],
  sin: number,
  cos: number,
  sinh: number,
  cosh: number,
): readonly [real: number, imaginary: number] {
  const factor = 2 * cos * cosh;
  const factorI = -2 * sin * sinh;
  let [last, lastI, before, beforeI] = [0, 0, 0, 0];
  for (const coefficient of coefficients.toReversed()) {
    const next = factor * last - factorI * lastI - before + coefficient;
    const nextI = factor * lastI + factorI * last - beforeI;
    [before, beforeI, last, lastI] = [last, lastI, next, nextI];
  }
  const sine = sin * cosh;
  const sineI = cos * sinh;
  return [last * sine - lastI * sineI, last * sineI + lastI * sine];
}

export interface TransverseMercator {
  readonly conformal: readonly number[];
  readonly plane: readonly number[];
  readonly scale: number;
  readonly originY: number;
  readonly halfWidth: number;
  readonly steepest: number;
}

export function transverseMercator(p: TransverseMercator): PlainPoint {
  return (longitude, latitude) => {
    const conformal = latitude + sineSum(p.conformal, Math.sin(2 * latitude), Math.cos(2 * latitude));
    const sine = Math.sin(conformal);
    const cosine = Math.cos(conformal);
    const along = cosine * Math.cos(longitude);
    const square = sine * sine + along * along;
    const sinh = (cosine * Math.sin(longitude)) / Math.sqrt(square);
    if (!(Math.abs(sinh) <= p.steepest)) return undefined;
    const [real, imaginary] = complexSineSum(
      p.plane,
      (2 * sine * along) / square,
      (along * along - sine * sine) / square,
      2 * sinh * Math.sqrt(1 + sinh * sinh),
      1 + 2 * sinh * sinh,
    );
    const size = Math.abs(sinh);
    const asinh = Math.sign(sinh) * Math.log(size + Math.sqrt(size * size + 1));
    const across = asinh + imaginary;
    const northing = Math.atan2(sine, along) + real;
    return Math.abs(across) <= p.halfWidth ? [across * p.scale, (northing - p.originY) * p.scale] : undefined;
  };
}

export interface LambertAzimuthal {
  readonly authalic: readonly number[];
  readonly sineCentre: number;
  readonly cosineCentre: number;
  readonly width: number;
  readonly height: number;
  readonly farthest: number;
}

export function inverseLambertAzimuthal(p: LambertAzimuthal): PlainPoint {
  return (x, y) => {
    const east = x / p.width;
    const north = y / p.height;
    const half = (east * east + north * north) / 4;
    if (!(half <= p.farthest)) return undefined;
    const factor = Math.sqrt(1 - half);
    const cosineDistance = 1 - 2 * half;
    const across = east * factor;
    const along = p.cosineCentre * cosineDistance - p.sineCentre * north * factor;
    const up = p.sineCentre * cosineDistance + p.cosineCentre * north * factor;
    const horizontal = Math.sqrt(across * across + along * along);
    const correction = sineSum(p.authalic, 2 * up * horizontal, horizontal * horizontal - up * up);
    return [Math.atan2(across, along), Math.atan2(up, horizontal) + correction];
  };
}

/** A longitude and a latitude from coordinates, each by itself. */
export function readLongitudes(unit: number, turn: number): PlainPoint {
  return (x, y) => {
    const [longitude, latitude] = [x * unit, y * unit];
    const steep = Math.abs(latitude);
    const pole = steep <= Math.PI / 2 + 1e-9 ? (Math.sign(latitude) * Math.PI) / 2 : NaN;
    return [Math.abs(longitude) <= 10 ? longitude + turn : NaN, steep <= Math.PI / 2 ? latitude : pole];
  };
}

export function writeLongitudes(unit: number, origin: number, wrap: number): PlainPoint {
  return (x, y) => finite((halfTurn(x - origin) + wrap) / unit, y / unit);
}

export function readProjected(...[unitX, unitY, x0, y0, radius]: Frame): PlainPoint {
  return (x, y) => [(x * unitX - x0) / radius, (y * unitY - y0) / radius];
}

export function writeProjected(...[unitX, unitY, x0, y0, radius]: Frame): PlainPoint {
  return (x, y) => finite((x * radius + x0) / unitX, (y * radius + y0) / unitY);
}

export type Frame = readonly [unitX: number, unitY: number, x0: number, y0: number, radius: number];

export function toPixels(a: number, c: number, e: number, f: number): PlainPoint {
  return (x, y) => finite((x - c) / a, (y - f) / e);
}

function finite(x: number, y: number): readonly [number, number] | undefined {
  return Number.isFinite(x) && Number.isFinite(y) ? [x, y] : undefined;
}
