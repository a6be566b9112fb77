import { isAtMost, minus, over, plus, size, times, where, type Term } from "./wasm-formula.js";
import type { CrsDefinition } from "./crs.js";
import { withinQuarterTurn, type Kernel } from "./projections/projection.js";
import { projectionMethods } from "./projections/registry.js";
import { degree } from "./units.js";
import type { VectorCode } from "./vectors/lane.js";

/** A step of a transform. */
export interface Step {
  readonly kernel: Kernel;
  /** The same in vectors, from x and y, where there are formulas for it. */
  readonly code?: VectorCode;
  /** Set where either coordinate is changed by itself. */
  readonly axes?: { readonly x: (value: number) => number; readonly y: (value: number) => number };
  /** Set where x and y are used by themselves first: for two numbers made of x and two of y, the rest in vectors. */
  readonly apart?: {
    readonly x: (value: number) => readonly [number, number];
    readonly y: (value: number) => readonly [number, number];
    readonly code: VectorCode;
  };
}

/** From coordinates to longitudes from Greenwich and latitudes, in radians. */
export function toGeographic(definition: CrsDefinition): Step {
  const { projection, parameters, datum, unitFactor, axisSigns, primeMeridian } = definition;
  const { lon_0 = 0, x_0 = 0, y_0 = 0 } = parameters;
  const turn = (primeMeridian + (projection === "longlat" ? 0 : lon_0)) * degree;
  if (projection === "longlat") return readLongitudes(unitFactor, turn);
  const method = projectionMethods[projection]!;
  const { inverse, inverseVectors } = method.create({ parameters, ellipsoid: datum.ellipsoid });
  const scale = projection === "ob_tran" ? 1 : datum.ellipsoid.a;
  const [signX, signY] = axisSigns;

  const kernel: Kernel = (x, y, start, end) => {
    for (let i = start; i < end; i++) {
      x[i] = (x[i]! * unitFactor * signX - x_0) / scale;
      y[i] = (y[i]! * unitFactor * signY - y_0) / scale;
    }
    inverse(x, y, start, end);
    for (let i = start; i < end; i++) x[i] = x[i]! + turn;
  };
  if (!inverseVectors) return { kernel };
  const code: VectorCode = (f, [x, y]) => {
    const local = (value: Term, sign: number, origin: number): Term => {
      const length = times(times(value, f.number(unitFactor)), f.number(sign));
      return f.keep(over(minus(length, f.number(origin)), f.number(scale)));
    };
    const [longitude, latitude] = inverseVectors(f, [local(x!, signX, x_0), local(y!, signY, y_0)]);
    return [plus(longitude, f.number(turn)), latitude];
  };
  return { kernel, code };
}

/** From longitudes from Greenwich and latitudes, in radians, to coordinates. */
export function fromGeographic(definition: CrsDefinition): Step {
  const { projection, parameters, datum, unitFactor, axisSigns, primeMeridian } = definition;
  const { x_0 = 0, y_0 = 0, lon_wrap = 0 } = parameters;
  if (projection === "longlat") {
    return writeLongitudes(unitFactor, (primeMeridian + lon_wrap) * degree, lon_wrap * degree);
  }
  const method = projectionMethods[projection]!;
  const { forward, forwardVectors } = method.create({ parameters, ellipsoid: datum.ellipsoid });
  const scale = projection === "ob_tran" ? 1 : datum.ellipsoid.a;
  const [signX, signY] = axisSigns;
  const turn = toCentralMeridian(definition);
  const finish = placeProjected(definition);

  const kernel: Kernel = (x, y, start, end) => {
    turn(x, y, start, end);
    forward(x, y, start, end);
    finish(x, y, start, end);
  };
  if (!forwardVectors) return { kernel };
  const code: VectorCode = (f, inputs) => {
    const placed = (value: Term, offset: number, sign: number): Term => {
      const length = plus(times(value, f.number(scale)), f.number(offset));
      return f.keep(times(over(length, f.number(unitFactor)), f.number(sign)));
    };
    const [x, y] = forwardVectors.code(f, inputs);
    return [placed(x, x_0, signX), placed(y, y_0, signY)];
  };
  const { longitude, latitude } = forwardVectors;
  const origin = centralMeridian(definition);
  return { kernel, apart: { x: (angle) => longitude(halfTurn(angle - origin)), y: latitude, code } };
}

/** From longitudes from Greenwich to those from the central meridian of a projection, within half a turn of it. */
export function toCentralMeridian(definition: CrsDefinition): Kernel {
  const origin = centralMeridian(definition);
  return (x, _y, start, end) => {
    for (let i = start; i < end; i++) x[i] = halfTurn(x[i]! - origin);
  };
}

/** From what a projection makes of a globe with the radius 1 to coordinates. */
export function placeProjected({
  projection,
  parameters,
  datum,
  unitFactor,
  axisSigns,
}: CrsDefinition): Kernel {
  const { x_0 = 0, y_0 = 0 } = parameters;
  const scale = projection === "ob_tran" ? 1 : datum.ellipsoid.a;
  const [signX, signY] = axisSigns;
  return (x, y, start, end) => {
    for (let i = start; i < end; i++) {
      const east = ((x[i]! * scale + x_0) / unitFactor) * signX;
      const north = ((y[i]! * scale + y_0) / unitFactor) * signY;
      const finite = east - east === 0 && north - north === 0;
      x[i] = finite ? east : NaN;
      y[i] = finite ? north : NaN;
    }
  };
}

function centralMeridian({ primeMeridian, parameters: { lon_0 = 0 } }: CrsDefinition): number {
  return (primeMeridian + lon_0) * degree;
}

/** Longitudes further out than this, in radians, are no longitudes: PROJ's limit. */
const farthestLongitude = 10;

function readLongitudes(unitFactor: number, turn: number): Step {
  const longitudeOf = (x: number): number => {
    const longitude = x * unitFactor;
    return Math.abs(longitude) <= farthestLongitude ? longitude + turn : NaN;
  };
  const latitudeOf = (y: number): number => withinQuarterTurn(y * unitFactor);
  return {
    axes: { x: longitudeOf, y: latitudeOf },
    kernel(x, y, start, end) {
      for (let i = start; i < end; i++) {
        x[i] = longitudeOf(x[i]!);
        y[i] = latitudeOf(y[i]!);
      }
    },
  };
}

function writeLongitudes(unitFactor: number, origin: number, wrap: number): Step {
  return {
    kernel(x, y, start, end) {
      for (let i = start; i < end; i++) {
        const longitude = (halfTurn(x[i]! - origin) + wrap) / unitFactor;
        const latitude = y[i]! / unitFactor;
        const finite = longitude - longitude === 0 && latitude - latitude === 0;
        x[i] = finite ? longitude : NaN;
        y[i] = finite ? latitude : NaN;
      }
    },
    code(f, [x, y]) {
      const angle = f.keep(minus(x!, f.number(origin)));
      const longitude = over(plus(angle, f.number(wrap)), f.number(unitFactor));
      const within = isAtMost(size(angle), f.number(Math.PI));
      return [where(within, longitude, f.number(NaN)), over(y!, f.number(unitFactor))];
    },
  };
}

/** To (x - c) / a and (y - f) / e, the pixels of a raster. */
export function place(a: number, c: number, e: number, f: number): Step {
  return {
    kernel(x, y, start, end) {
      for (let i = start; i < end; i++) {
        const column = (x[i]! - c) / a;
        const row = (y[i]! - f) / e;
        const finite = column - column === 0 && row - row === 0;
        x[i] = finite ? column : NaN;
        y[i] = finite ? row : NaN;
      }
    },
    code: (formula, [x, y]) => [
      over(minus(x!, formula.number(c)), formula.number(a)),
      over(minus(y!, formula.number(f)), formula.number(e)),
    ],
  };
}

/** The same direction within [-pi, pi]; both ends stay what they are. */
function halfTurn(angle: number): number {
  const turned =
    Math.abs(angle) <= Math.PI + 1e-12 ? angle : angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
  return turned > Math.PI ? Math.PI : turned < -Math.PI ? -Math.PI : turned;
}
