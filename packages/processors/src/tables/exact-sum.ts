import type { MeasurePlan } from "./measure-plan.js";

/** Exponents of two that share one integer sum. */
const binWidth = 32;
/** The lowest bin: values below 2^-928 are rounded to multiples of 2^-981. */
const lowestBin = -29;

/**
 * Sums without rounding: values of like exponent are scaled by a power of two to integers and added as 128-bit
 * integers, room for 2^41 of them. After J. Demmel and Y. Hida, "Accurate and efficient floating point summation"
 * (2004), whose accumulators per exponent these bins are. Only the few sums of a cell are rounded when they are added.
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
        SELECT cell, sum(n) AS records,
          fsum(high::DOUBLE * unit ORDER BY key DESC) + fsum((s - high::HUGEINT)::DOUBLE * unit ORDER BY key DESC) AS total
        FROM (
          SELECT cell, key, n, s, s::DOUBLE AS high, ${power(`${binWidth} * key - 53`)} AS unit
          FROM (SELECT cell, key, sum(n) AS n, sum(s)::HUGEINT AS s FROM ${groups} GROUP BY cell, key)
        ) GROUP BY cell
      )`,
  };
}
