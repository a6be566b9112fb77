import { withinParallel, withinQuarterTurn, withinUnit, type Projection } from "./projection.js";

const width4 = 2 / Math.sqrt(Math.PI * (4 + Math.PI));
const height4 = 2 * Math.sqrt(Math.PI / (4 + Math.PI));
const area4 = 2 + Math.PI / 2;

const scale6 = 1 / Math.sqrt(2 + Math.PI);
const area6 = 1 + Math.PI / 2;

/** Eckert IV (Snyder 32-1 to 32-8), always on a sphere. */
export function eckert4(): Projection {
  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const angle = angle4(y[i]!);
        x[i] = width4 * x[i]! * (1 + Math.cos(angle));
        y[i] = height4 * Math.sin(angle);
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const sine = withinUnit(y[i]! / height4);
        const cosine = Math.sqrt(1 - sine * sine);
        x[i] = withinParallel(x[i]!, width4 * (1 + cosine));
        y[i] = Math.asin(withinUnit((Math.asin(sine) + sine * cosine + 2 * sine) / area4));
      }
    },
  };
}

/** Eckert VI (Snyder 32-9 to 32-12), always on a sphere. */
export function eckert6(): Projection {
  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const angle = angle6(y[i]!);
        x[i] = scale6 * x[i]! * (1 + Math.cos(angle));
        y[i] = 2 * scale6 * angle;
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const angle = withinQuarterTurn(y[i]! / (2 * scale6));
        x[i] = withinParallel(x[i]!, scale6 * (1 + Math.cos(angle)));
        y[i] = Math.asin(withinUnit((angle + Math.sin(angle)) / area6));
      }
    },
  };
}

/** The angle with `angle + sin(angle) = (1 + pi / 2) sin(latitude)`, by Newton's method. */
function angle6(latitude: number): number {
  const target = area6 * Math.sin(latitude);
  let angle = latitude;
  for (let step = 0; step < 20; step++) {
    const change = (angle + Math.sin(angle) - target) / (1 + Math.cos(angle));
    if (!(Math.abs(change) > 1e-15)) break;
    angle -= change;
  }
  return angle;
}

/**
 * The angle with `angle + sin(angle) cos(angle) + 2 sin(angle) = (2 + pi / 2) sin(latitude)`, by Newton's method on the
 * distance from the pole: the root is double there, and the square roots of both sides make it single.
 */
function angle4(latitude: number): number {
  const half = Math.sin((Math.PI / 2 - Math.abs(latitude)) / 2);
  const target = 2 * area4 * half * half;
  let u = Math.PI / 2 - 0.895 * Math.abs(latitude);
  for (let step = 0; step < 20; step++) {
    const cosine = Math.cos(u);
    const sine = Math.sin(u);
    // u - sin u cos u + 2 (1 - cos u), whose derivative is 2 sin u (1 + sin u)
    const value = u - sine * cosine + 4 * Math.sin(u / 2) ** 2;
    const change = (2 * (value - Math.sqrt(value * target))) / (2 * sine * (1 + sine));
    if (!(Math.abs(change) > 1e-15)) break;
    u -= change;
  }
  const angle = Math.PI / 2 - u;
  return latitude < 0 ? -angle : angle;
}
