import { i32, i32x4, local, v128, type Code } from "@quadrat/core/wasm";
import {
  both,
  isAtMost,
  isLess,
  minus,
  over,
  plus,
  size,
  times,
  where,
  type Formula,
  type Term,
} from "../wasm-formula.js";

/** The polynomial of FDLIBM's arc tangent, and the constants that its ranges have each. */
const odd: readonly number[] = [
  3.33333333333329318027e-1, -1.99999999998764832476e-1, 1.42857142725034663711e-1, -1.1111110405462355788e-1,
  9.09088713343650656196e-2, -7.69187620504482999495e-2, 6.66107313738753120669e-2,
  -5.83357013379057348645e-2, 4.97687799461593236017e-2, -3.6531572744216915527e-2, 1.62858201153657823623e-2,
];
const rangeEnds = [0.4375, 0.6875, 1.1875, 2.4375];
/** From the last to the first: a, b, c and d of (a q + b) / (c q + d), and the arc tangent of that range's middle in two parts. */
const ranges = [
  [0, -1, 1, 0, 1.570796326794896558, 6.12323399573676603587e-17],
  [1, -1.5, 1.5, 1, 9.82793723247329054082e-1, 1.39033110312309984516e-17],
  [1, -1, 1, 1, 7.85398163397448278999e-1, 3.06161699786838301793e-17],
  [2, -1, 1, 2, 4.63647609000806093515e-1, 2.26987774529616870924e-17],
  [1, 0, 0, 1, 0, 0],
];
const rangeShift = 6;
const restOfPi = 1.2246467991473531772e-16;

/** Beyond this ratio FDLIBM does not divide. */
const steepest = 2 ** 59;

/** `coefficients[0] + x * (coefficients[1] + ...)` */
function polynomial(f: Formula, x: Term, coefficients: readonly number[]): Term {
  return coefficients.reduceRight<Term>(
    (sum, value) => (sum.length === 0 ? f.number(value) : plus(f.number(value), times(x, sum))),
    [],
  );
}

function everyOther(values: readonly number[], first: 0 | 1): readonly number[] {
  return values.filter((_, k) => k % 2 === first);
}

/** `Math.atan2`, by FDLIBM's operations; NaN at the axis where x is 0, and next to it. */
export function arcTangent(f: Formula, y: Term, x: Term): Term {
  const ratio = f.keep(size(over(y, x)));
  const table = f.table(ranges.flatMap((row) => [...row, 0, 0]));
  const passed = rangeEnds.map((end) => isLess(ratio, f.number(end)));
  // A mask is -1.
  const index = passed.reduce<Code>((sum, mask) => i32x4.sub(sum, mask), i32x4.const(0));
  const ofRange = f.keep(index);
  for (const [lane, address] of [f.one, f.other].entries()) {
    f.run(local.set(address, i32.shl(i32x4.extractLane(2 * lane, ofRange), rangeShift)));
  }
  const entry = (k: number): Term => [
    ...local.get(f.other),
    ...v128.load64Lane(table + 8 * k, 1, v128.load64Zero(table + 8 * k, local.get(f.one))),
  ];
  const [a, b, c, d, high, low] = [entry(0), entry(1), entry(2), entry(3), entry(4), entry(5)];
  const q = f.keep(over(plus(times(a, ratio), b), plus(times(c, ratio), d)));
  const z = f.keep(times(q, q));
  const w = f.keep(times(z, z));
  const s1 = times(z, polynomial(f, w, everyOther(odd, 0)));
  const s2 = times(w, polynomial(f, w, everyOther(odd, 1)));
  const angle = f.keep(minus(high, minus(minus(times(q, plus(s1, s2)), low), q)));
  const whole = where(
    isLess(x, f.number(0)),
    minus(f.number(Math.PI), minus(angle, f.number(restOfPi))),
    angle,
  );
  // The sign of y; of 0 too.
  const signed = [...whole, ...y, ...f.number(-0), ...v128.and(), ...v128.or()];
  return where(isLess(ratio, f.number(steepest)), signed, f.number(NaN));
}

/** The polynomial of FDLIBM's logarithm. */
const oddLog: readonly number[] = [
  6.66666666666673513e-1, 3.999999999940941908e-1, 2.857142874366239149e-1, 2.222219843214978396e-1,
  1.818357216161805012e-1, 1.531383769920937332e-1, 1.479819860511658591e-1,
];

/** `Math.log` of numbers from 1 on to 1.375, by FDLIBM's operations; NaN for others, and next to 1. */
export function logarithm(f: Formula, value: Term): Term {
  const fraction = f.keep(minus(value, f.number(1)));
  const s = f.keep(over(fraction, plus(f.number(2), fraction)));
  const z = f.keep(times(s, s));
  const w = f.keep(times(z, z));
  const t1 = times(w, polynomial(f, w, everyOther(oddLog, 1)));
  const t2 = times(z, polynomial(f, w, everyOther(oddLog, 0)));
  const result = minus(fraction, times(s, minus(fraction, plus(t2, t1))));
  const within = both(isAtMost(f.number(2 ** -19), fraction), isLess(fraction, f.number(0.375)));
  return where(within, result, f.number(NaN));
}
