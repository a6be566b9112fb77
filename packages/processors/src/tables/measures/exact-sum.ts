import type { MeasurePlan } from "./measure-plan.js";

/** Exponents of two that share one integer sum: bin 0 holds the numbers from 2^-20 to 2^20. */
const binWidth = 40;
const binShift = 20;
/** The lowest bin: values below 2^-940 are rounded to multiples of 2^-993. */
const lowestBin = -23;
/** The sum is scaled down by this power of two, which loses nothing, so that 2^33 of the largest doubles fit. */
const headroom = 40;
/** Bits of a double's fraction, and one for logarithms that are off by one. */
const fractionBits = 53;

const power = (exponent: string): string => `pow(2::DOUBLE, ${exponent})`;
const unscale = power(String(headroom));

export const sumMeasure = exactSum(
  `CASE WHEN isfinite(total) THEN total ELSE error('the sum of cell ' || cell || ' is beyond the range of a double')::DOUBLE END`,
);
export const meanMeasure = exactSum(
  `CASE WHEN isfinite(total) THEN total / records ELSE scaled / records * ${unscale} END`,
);

/**
 * Sums without rounding: values of similar exponent are scaled by a power of two to integers and added as 128-bit
 * integers, room for 2^33 of them. After J. Demmel and Y. Hida, "Accurate and efficient floating point summation" (2004),
 * whose accumulators per exponent these bins are. A cell's bins are then added from the largest down with the rounding
 * errors kept (D. E. Knuth's TwoSum), so that the sum is the double nearest to the true one except for rare ties.
 *
 * @param value SQL of the result, from `cell`, `records`, `total`, which is infinite beyond the doubles, and `scaled`, the
 * total divided by `unscale`
 */
function exactSum(value: string): MeasurePlan {
  const bin = `CASE WHEN v = 0 THEN 0
    ELSE greatest(floor((log2(abs(v)) + ${binShift}) / ${binWidth})::INTEGER, ${lowestBin}) END`;
  /** The power of two that turns a bin's numbers into integers. */
  const scale = (key: string): string => `${fractionBits + binShift} - ${binWidth} * (${key})`;
  const parts = "[high * unit, (s - high::HUGEINT)::DOUBLE * unit]";
  return {
    dataType: "float64",
    third: "number",
    key: { sql: bin, type: "INTEGER" },
    state: { sql: `sum(round(v * ${power(scale(bin))})::HUGEINT)`, type: "HUGEINT" },
    finish: (groups) => `
      SELECT cell, ${value} AS value
      FROM (
        SELECT cell, records, scaled, scaled * ${unscale} AS total
        FROM (SELECT cell, records, sums.s + sums.e AS scaled FROM (
          SELECT cell, sum(n) AS records, ${addParts(`list({rank: -key, parts: ${parts}})`)} AS sums
          FROM (
            SELECT cell, key, n, s, s::DOUBLE AS high, ${power(`-(${scale("key")}) - ${headroom}`)} AS unit
            FROM (SELECT cell, key, sum(n) AS n, sum(s)::HUGEINT AS s FROM ${groups} GROUP BY cell, key)
          ) GROUP BY cell
        ))
      )`,
  };
}

/**
 * Adds the parts of a list of bins in the order of their ranks: `s`, the sum rounded at each step, and `e`, the sum of
 * the rounding errors. The list is sorted as a value: an ordered aggregate takes ten times as long.
 */
function addParts(bins: string): string {
  const sum = "(a.s + b.s)";
  const share = `(${sum} - a.s)`;
  const error = `(a.s - (${sum} - ${share})) + (b.s - ${share})`;
  const parts = `flatten(list_transform(list_sort(${bins}), lambda bin: bin.parts))`;
  const states = `list_transform(${parts}, lambda part: {s: part, e: 0::DOUBLE})`;
  return `list_reduce(${states}, lambda a, b: {s: ${sum}, e: a.e + (${error})})`;
}
