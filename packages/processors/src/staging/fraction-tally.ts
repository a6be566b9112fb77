import {
  qualify,
  QuadratError,
  required,
  type DatasetEntry,
  type OpenDataset,
  type StageContext,
  type StagedColumn,
} from "@quadrat/core";
import { columnNames, listsTable, withAbsent } from "@quadrat/core/host";
import { mostClasses, tooManyClasses } from "../resample/methods/class-tally.js";
import type { PartFacts } from "../resample/index.js";
import type { Values } from "./staged-values.js";
import { addValues, emptyTally, valuesOf } from "./value-tally.js";

/** The fraction of a class that a cell with others does not have. */
const absent = 0;

/** What is known of some cells. */
export interface FractionFacts {
  /** Those that have a list. */
  readonly cells: number;
  /** Of the parts that are in their lists. */
  readonly facts: readonly PartFacts[];
}

/** Gathers what is known of the fractions of a dataset. */
export class FractionTally {
  #cells = 0;
  readonly #parts = new Map<number, PartFacts>();

  add({ cells, facts }: FractionFacts): void {
    this.#cells += cells;
    for (const one of facts) {
      const before = this.#parts.get(one.part);
      this.#parts.set(one.part, before ? joined(before, one) : one);
    }
    if (this.#parts.size > mostClasses) throw tooManyClasses();
  }

  /** The columns: the groups of the configuration, or the classes that were met, ascending. */
  values({ name, config: { classes } }: Pick<OpenDataset, "name" | "config">): Omit<Values, "records"> {
    const met = [...this.#parts.keys()].sort((a, b) => a - b);
    const labels = classes ? Object.keys(classes) : met.map(String);
    if (labels.length === 0) throw noClass(name);
    const names = columnNames(name, labels);
    const columns = labels.map((label, position) => {
      const part = classes ? {} : { part: met[position]! };
      return { name: names[position]!, label, ...part };
    });
    return fractionValues(columns, this.#cells, [...this.#parts.values()]);
  }
}

/** What is known of a dataset with these columns, from the cells with a list and what is in the lists. */
export function fractionValues(
  columns: readonly Pick<StagedColumn, "name" | "label" | "part">[],
  cells: number,
  facts: readonly PartFacts[],
): Omit<Values, "records"> {
  const found = new Map(facts.map(({ part, values, min, max }) => [part, { values, min, max }]));
  const none = { values: 0, min: null, max: null };
  const counted = columns.map((column, position): StagedColumn => {
    const own = found.get(column.part ?? position) ?? none;
    return { ...column, ...(cells > 0 ? withAbsent(own, cells, absent) : own) };
  });
  const tally = emptyTally();
  for (const column of counted) addValues(tally, column);
  return { ...valuesOf(tally), values: cells, columns: counted, absent };
}

/** What is known of the first cells that are in the store. */
export async function measureFractions(
  entry: DatasetEntry,
  cells: number,
  context: StageContext,
): Promise<FractionFacts> {
  const store = required(context, "store");
  const table = qualify(required(context, "catalogue").table(entry.name, "dense"));
  const used = `(SELECT list, count(*) AS n FROM ${table} WHERE rowid < ${cells} AND list IS NOT NULL GROUP BY list)`;
  const [row] = await store.rows<{ cells: number }>(
    `SELECT coalesce(sum(n), 0)::DOUBLE AS cells FROM ${used}`,
  );
  const facts = await store.rows<PartFacts>(`
    SELECT part, sum(n)::DOUBLE AS "values", min(value)::DOUBLE AS min, max(value)::DOUBLE AS max
    FROM (SELECT n, unnest(parts) AS part, unnest(vals) AS value
      FROM ${qualify(listsTable(entry.name))} JOIN ${used} USING (list)) GROUP BY part`);
  return { cells: row!.cells, facts };
}

function joined(a: PartFacts, b: PartFacts): PartFacts {
  const { part } = a;
  return { part, values: a.values + b.values, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

function noClass(name: string): QuadratError {
  return new QuadratError(
    "input",
    `${name}: no cell of the grid has a class, so the dataset has no columns`,
    {
      hint: "check the grid's bounds, and nodata; or name the classes that are wanted with `classes`",
      place: { dataset: name, key: "resample" },
    },
  );
}
