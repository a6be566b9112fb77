import { withinParallel, withinUnit, type PlainProjection } from "./projection.js";

const width = (2 * Math.SQRT2) / Math.PI;
const height = Math.SQRT2;

/** Mollweide (Snyder 31-1 to 31-8), always on a sphere. */
export function mollweide(): PlainProjection {
  return {
    forward(x, y, count) {
      for (let i = 0; i < count; i++) {
        const angle = parametricAngle(y[i]!);
        x[i] = width * x[i]! * Math.cos(angle);
        y[i] = height * Math.sin(angle);
      }
    },
    inverse(x, y, count) {
      for (let i = 0; i < count; i++) {
        const sine = withinUnit(y[i]! / height);
        const cosine = Math.sqrt(1 - sine * sine);
        x[i] = withinParallel(x[i]!, width * cosine);
        y[i] = Math.asin(withinUnit((2 / Math.PI) * (Math.asin(sine) + sine * cosine)));
      }
    },
  };
}

/**
 * The angle with `2 angle + sin(2 angle) = pi sin(latitude)`. Newton's method works on the distance from the pole,
 * where the equation is nearly a cube and its root triple, from a start that already has that behaviour.
 */
function parametricAngle(latitude: number): number {
  const colatitude = Math.PI / 2 - Math.abs(latitude);
  // With u = pi - 2 angle: u - sin u = pi (1 - cos colatitude), and 1 - cos c = 2 sin^2(c / 2) keeps the digits.
  const half = Math.sin(colatitude / 2);
  const target = 2 * Math.PI * half * half;
  let u = Math.cbrt(6 * target);
  u *= 1 + (u * u) / 60;
  for (let step = 0; step < 20; step++) {
    const change = (differenceFromSine(u) - target) / (2 * Math.sin(u / 2) ** 2);
    if (!(Math.abs(change) > 1e-15)) break;
    u -= change;
  }
  const angle = (Math.PI - u) / 2;
  return latitude < 0 ? -angle : angle;
}

/** `u - sin u`, without cancellation for small u. */
function differenceFromSine(u: number): number {
  if (u > 0.5) return u - Math.sin(u);
  const square = u * u;
  return (
    ((u * square) / 6) *
    (1 -
      (square / 20) * (1 - (square / 42) * (1 - (square / 72) * (1 - (square / 110) * (1 - square / 156)))))
  );
}
