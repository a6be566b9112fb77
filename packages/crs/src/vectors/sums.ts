import { minus, plus, times, type Formula, type Term } from "../wasm-formula.js";

/** `sineSum`. */
export function vectorSineSum(
  f: Formula,
  coefficients: Float64Array,
  sineOfTwice: Term,
  cosineOfTwice: Term,
): Term {
  const twice = f.keep(times(f.number(2), cosineOfTwice));
  let before = f.number(0);
  let last = f.number(coefficients.at(-1) ?? 0);
  for (const coefficient of coefficients.slice(0, -1).reverse()) {
    const next = f.keep(plus(minus(times(twice, last), before), f.number(coefficient)));
    before = last;
    last = next;
  }
  return times(last, sineOfTwice);
}

/** The complex sum of the transverse Mercator projection. */
export function vectorComplexSineSum(
  f: Formula,
  coefficients: Float64Array,
  terms: readonly [sin: Term, cos: Term, sinh: Term, cosh: Term],
): readonly [real: Term, imaginary: Term] {
  const { number, keep } = f;
  const [sin, cos, sinh, cosh] = terms.map(keep) as [Term, Term, Term, Term];
  const factor = keep(times(times(number(2), cos), cosh));
  const factorImaginary = keep(times(times(number(-2), sin), sinh));
  let last = number(coefficients.at(-1) ?? 0);
  let lastImaginary = number(0);
  let before = number(0);
  let beforeImaginary = number(0);
  for (const coefficient of coefficients.slice(0, -1).reverse()) {
    const next = keep(
      plus(
        minus(minus(times(factor, last), times(factorImaginary, lastImaginary)), before),
        number(coefficient),
      ),
    );
    const nextImaginary = keep(
      minus(plus(times(factor, lastImaginary), times(factorImaginary, last)), beforeImaginary),
    );
    [before, last] = [last, next];
    [beforeImaginary, lastImaginary] = [lastImaginary, nextImaginary];
  }
  const sine = keep(times(sin, cosh));
  const sineImaginary = keep(times(cos, sinh));
  return [
    keep(minus(times(last, sine), times(lastImaginary, sineImaginary))),
    keep(plus(times(last, sineImaginary), times(lastImaginary, sine))),
  ];
}
