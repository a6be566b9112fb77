import type { MeasurePlan } from "./measure-plan.js";

/** Exponents of two that share one integer sum. */
const binWidth = 32;
/** The lowest bin: values below 2^-928 are rounded to multiples of 2^-981. */
const lowestBin = -29;

/**
 * Sums without rounding: values of like exponent are scaled by a power of two to integers and added as 128-bit
 * integers, room for 2^41 of them. After J. Demmel and Y. Hida, "Accurate and efficient floating point summation"
 * (2004), whose accumulators per exponent these bins are. A cell's bins are then added from the largest down with the
 * rounding errors kept (D. E. Knuth's TwoSum), so that the sum is the double nearest to the true one but for rare ties.
 *
 * @param value SQL of the result, from `total` and `records`
 */
export function exactSum(value: string): MeasurePlan {
  const bin = `CASE WHEN v = 0 THEN ${lowestBin} ELSE greatest(floor(log2(abs(v)) / ${binWidth})::INTEGER, ${lowestBin}) END`;
  const power = (exponent: string): string => `pow(2::DOUBLE, ${exponent})`;
  return {
    dataType: "float64",
    third: "number",
    key: { sql: bin, type: "INTEGER" },
    state: { sql: `sum(round(v * ${power(`53 - ${binWidth} * (${bin})`)})::HUGEINT)`, type: "HUGEINT" },
    finish: (groups) => `
      SELECT cell, ${value} AS value
      FROM (
        SELECT cell, records, sums.s + sums.e AS total
        FROM (
          SELECT cell, sum(n) AS records,
            ${addParts("flatten(list([high * unit, (s - high::HUGEINT)::DOUBLE * unit] ORDER BY key DESC))")} AS sums
          FROM (
            SELECT cell, key, n, s, s::DOUBLE AS high, ${power(`${binWidth} * key - 53`)} AS unit
            FROM (SELECT cell, key, sum(n) AS n, sum(s)::HUGEINT AS s FROM ${groups} GROUP BY cell, key)
          ) GROUP BY cell
        )
      )`,
  };
}

/** Adds a list of doubles: `s`, the sum as it is rounded step by step, and `e`, the sum of what rounding took away. */
function addParts(list: string): string {
  const sum = "(a.s + b.s)";
  const share = `(${sum} - a.s)`;
  const error = `(a.s - (${sum} - ${share})) + (b.s - ${share})`;
  const states = `list_transform(${list}, lambda part: {s: part, e: 0::DOUBLE})`;
  return `list_reduce(${states}, lambda a, b: {s: ${sum}, e: a.e + (${error})})`;
}
