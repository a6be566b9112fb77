import { expect, it } from "vitest";
import { cellLocal } from "../../src/sql/cell-local.js";

it.each([
  "SELECT cell, value FROM a",
  "select a.cell, a.value / nullif(b.value, 0) AS value FROM a JOIN b USING (cell)",
  "SELECT a.cell, coalesce(a.value, b.value) AS value FROM a FULL JOIN b ON a.cell = b.cell WHERE x > 10",
  "SELECT cell, CASE WHEN y > 0 THEN value ELSE -value END AS value FROM staged.a;",
])("sees that %s needs no other cell", async (sql) => {
  expect(await cellLocal(sql)).toBeUndefined();
});

it.each([
  ["SELECT cell, rank() OVER (ORDER BY value) AS value FROM a", /window/],
  ["SELECT min(cell) AS cell, avg(value) AS value FROM a", /numbers of cells|gathers/],
  ["SELECT cell, sum(value) AS value FROM a GROUP BY cell", /groups/],
  ["SELECT cell, value - (SELECT avg(value) FROM a) AS value FROM a", /subquery/],
  ["SELECT cell, value FROM a ORDER BY value LIMIT 3", /sorts/],
  ["SELECT DISTINCT cell, value FROM a", /removes/],
  ["SELECT a.cell, b.value FROM a JOIN b ON a.cell = b.cell + 1", /joins/],
  ["SELECT a.cell, b.value FROM a CROSS JOIN b", /joins/],
  ["SELECT a.cell, b.value FROM a, b", /joins/],
  ["SELECT cell, cell % 2 AS value FROM a", /numbers/],
  ["SELECT cell, value FROM a WHERE cell > 10", /numbers/],
  ["SELECT cell, width AS value FROM a JOIN grid USING (cell)", /grid/],
  ["SELECT cell, value FROM a UNION ALL SELECT cell, value FROM b", /more than one/],
  ["WITH c AS (SELECT * FROM a) SELECT cell, value FROM c", /WITH/],
  ["SELECT range AS cell, 1 AS value FROM range(10)", /something other than/],
  ["SELECT * FROM a", /\*/],
  ["SELECT cell AS c, c - 1 AS cell, value FROM a", /numbers of cells/],
  ["SELECT CAST(floor((90 + y) / 5) * 72 AS INT) AS cell, value FROM a", /numbers of cells/],
  ["SELECT cell, x AS CELL, value FROM a", /calculates the numbers/],
])("sees that %s may need other cells", async (sql, reason) => {
  expect(await cellLocal(sql)).toMatch(reason);
});
