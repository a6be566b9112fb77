import type { TableMeasure } from "../columns.js";
import { meanMeasure, sumMeasure } from "./exact-sum.js";
import type { MeasurePlan } from "./measure-plan.js";

export const measurePlans: Readonly<Record<TableMeasure, MeasurePlan>> = {
  records: {
    dataType: "uint32",
    third: "none",
    fromCounts: "n",
    finish: (groups) => `SELECT cell, sum(n)::UINTEGER AS value FROM ${groups} GROUP BY cell`,
  },
  presence: {
    dataType: "uint8",
    third: "none",
    fromCounts: "1::UTINYINT",
    finish: (groups) => `SELECT cell, 1::UTINYINT AS value FROM ${groups} GROUP BY cell`,
  },
  species: {
    dataType: "uint32",
    third: "name",
    fromCounts: "named",
    key: { sql: "v", type: "VARCHAR" },
    finish: (groups) => `SELECT cell, count(DISTINCT key)::UINTEGER AS value FROM ${groups} GROUP BY cell`,
  },
  min: extreme("min"),
  max: extreme("max"),
  sum: sumMeasure,
  mean: meanMeasure,
  median: {
    dataType: "float64",
    third: "number",
    key: { sql: "v", type: "DOUBLE" },
    finish: (groups) => `
      SELECT cell, CASE WHEN isfinite(low + high) THEN (low + high) / 2 ELSE low / 2 + high / 2 END AS value
      FROM (SELECT cell, min(key) FILTER (2 * upto >= total) AS low, min(key) FILTER (2 * upto > total) AS high FROM (
        SELECT cell, key, sum(n) OVER cells AS total,
          sum(n) OVER (PARTITION BY cell ORDER BY key ROWS UNBOUNDED PRECEDING) AS upto
        FROM (SELECT cell, key, sum(n) AS n FROM ${groups} GROUP BY cell, key)
        WINDOW cells AS (PARTITION BY cell)
      ) GROUP BY cell)`,
  },
};

function extreme(which: "min" | "max"): MeasurePlan {
  return {
    dataType: "float64",
    third: "number",
    state: { sql: `${which}(v)`, type: "DOUBLE" },
    finish: (groups) => `SELECT cell, ${which}(s) AS value FROM ${groups} GROUP BY cell`,
  };
}
