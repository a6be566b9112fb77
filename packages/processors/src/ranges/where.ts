import type { Store } from "@quadrat/core";
import { sqlHolds } from "../tables/further.js";
import { readError } from "../tables/faults.js";
import type { Feature, FeatureReader, FieldValue } from "./feature.js";
import type { RangePlan } from "./plan.js";

/** Features whose condition is looked at together: so many, or of so many points. */
const mostFeatures = 1000;
const mostPoints = 1 << 19;

/** Features with whether the condition holds for them. */
export async function* judged(
  features: AsyncIterable<Feature>,
  reader: FeatureReader,
  plan: RangePlan,
  store: Store,
): AsyncGenerator<{ readonly feature: Feature; readonly holds: boolean }> {
  const { where } = plan;
  if (!where) {
    for await (const feature of features) yield { feature, holds: true };
    return;
  }
  const holds = conditionOf(reader, plan, store);
  let waiting: Feature[] = [];
  let points = 0;
  for await (const feature of features) {
    waiting.push(feature);
    points += feature.rings?.xs.length ?? 0;
    if (waiting.length < mostFeatures && points < mostPoints) continue;
    const found = await holds(waiting);
    for (const [index, one] of waiting.entries()) yield { feature: one, holds: found[index]! };
    waiting = [];
    points = 0;
  }
  const found = waiting.length > 0 ? await holds(waiting) : [];
  for (const [index, one] of waiting.entries()) yield { feature: one, holds: found[index]! };
}

function conditionOf(
  { file, fields }: FeatureReader,
  { fields: wanted, where }: RangePlan,
  store: Store,
): (features: readonly Feature[]) => Promise<boolean[]> {
  const names = fields.map(({ name }) => name);
  const columns = [...new Map(where!.names.map(({ column }) => [column.alias, column])).values()];
  const places = columns.map(({ name }) => wanted.indexOf(names.indexOf(name)));
  const shape: Record<string, string> = { n: "INTEGER" };
  for (const { alias, type } of columns) shape[alias] = type;
  const rows = `SELECT unnest(from_json($1::VARCHAR, '${JSON.stringify([shape])}'), max_depth := 2)`;
  const sql = `SELECT n, holds FROM (${sqlHolds(rows, ["n"], where!)}) ORDER BY n`;
  return async (features) => {
    const records = features.map(({ values }, n) =>
      Object.fromEntries([
        ["n", n],
        ...columns.map(({ alias }, i) => [alias, plain(values[places[i]!]!)]),
      ] as [string, unknown][]),
    );
    try {
      const found = await store.rows<{ holds: boolean }>(sql, [JSON.stringify(records)]);
      return found.map(({ holds }) => Boolean(holds));
    } catch (cause) {
      throw readError(file, cause);
    }
  };
}

/** JSON's numbers hold whole numbers up to 2^53; the others are texts, which DuckDB reads as numbers too. */
function plain(value: FieldValue): unknown {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
