import { nearest, type DatasetConfig } from "@quadrat/core";
import { bindCondition, parseCondition, wrongCondition, type Condition } from "@quadrat/core/host";
import { findColumn, listColumns, matchColumns } from "./columns.js";
import { usageError } from "./faults.js";
import type { FurtherColumn, InputColumn } from "./reader.js";

/** The further columns that a dataset needs, and what they are for. */
export interface FurtherPlan {
  /** Each column of the input once. */
  readonly columns: readonly FurtherColumn[];
  readonly where: PlannedCondition | undefined;
  /** Those that the table of records keeps. */
  readonly keep: readonly FurtherColumn[];
  /** The species' names, unless they are the value `v`. */
  readonly species: FurtherColumn | undefined;
  /** GBIF's key of the dataset that a record comes from, if it is asked for. */
  readonly datasetKey: FurtherColumn | undefined;
}

export interface PlannedCondition {
  readonly sql: string;
  /** Each name that the condition uses, and the column that it means. */
  readonly names: readonly { readonly name: string; readonly column: FurtherColumn }[];
}

/** Requests columns, each at most once. */
export interface FurtherRequests {
  readonly columns: readonly FurtherColumn[];
  /** @throws QuadratError if the input has no such column */
  need(name: string, key: string): FurtherColumn;
  /** The column if the input has it. */
  find(name: string): FurtherColumn | undefined;
}

export function requestColumns(file: string, columns: readonly InputColumn[]): FurtherRequests {
  const names = columns.map(({ name }) => name);
  const requested = new Map<number, FurtherColumn>();
  const take = (index: number): FurtherColumn => {
    const found = requested.get(index) ?? { ...columns[index]!, alias: `c${requested.size}` };
    requested.set(index, found);
    return found;
  };
  return {
    get columns() {
      return [...requested.values()];
    },
    need: (name, key) => take(findColumn(file, names, name, key)),
    find(name) {
      const [index] = matchColumns(names, name);
      return index === undefined ? undefined : take(index);
    },
  };
}

/**
 * Finds the columns that a dataset needs besides its coordinates and its value, and checks its condition.
 * @throws QuadratError with the key, if the input has no such column or the condition is not one
 */
export async function planFurther(
  file: string,
  columns: readonly InputColumn[],
  dataset: DatasetConfig,
  requests: FurtherRequests,
): Promise<FurtherPlan> {
  const { keep = [], species, measure } = dataset;
  const where =
    dataset.where === undefined
      ? undefined
      : await planCondition(columns, await parseCondition(dataset.where), requests);
  const names =
    species === undefined || measure === "species" ? undefined : requests.need(species, "species");
  const kept = keep
    .filter((name) => species === undefined || name.trim().toLowerCase() !== species.trim().toLowerCase())
    .map((name) => requests.need(name, "keep"));
  const datasetKey = dataset.derivedDataset
    ? (requests.find("datasetKey") ?? refuseDerived(file, columns))
    : undefined;
  return { columns: requests.columns, where, keep: kept, species: names, datasetKey };
}

function refuseDerived(file: string, columns: readonly InputColumn[]): never {
  throw usageError(
    file,
    "derived_dataset",
    "a derived dataset needs the column datasetKey, which says where each record comes from",
    `the file has ${listColumns(columns.map(({ name }) => name))}; remove \`derived_dataset\`, or ask GBIF for a download that has it`,
  );
}

async function planCondition(
  columns: readonly InputColumn[],
  { sql, columns: used }: Condition,
  requests: FurtherRequests,
): Promise<PlannedCondition> {
  const names = columns.map(({ name }) => name);
  const found = new Map<string, { name: string; column: FurtherColumn }>();
  for (const [name] of used as readonly [string][]) {
    const matching = matchColumns(names, name);
    if (matching.length === 0) {
      const near = nearest(name, names);
      throw wrongCondition(
        `names the column "${name}", which the input does not have`,
        `${near === undefined ? "" : `did you mean "${near}"? `}the file has ${listColumns(names)}; a text is written in single quotes`,
      );
    }
    const column = requests.need(name, "where");
    found.set(name.toLowerCase(), { name, column });
  }
  const planned = { sql, names: [...found.values()] };
  await bindCondition(
    { sql, columns: used },
    planned.names.map(({ name, column }) => ({ name, type: column.type })),
  );
  return planned;
}

/** Wraps a query of records into one that also selects `holds`, whether the condition is true; never NULL. */
export function sqlHolds(
  select: string,
  columns: readonly string[],
  { sql, names }: PlannedCondition,
): string {
  // The condition sees only its own columns, under the names that it uses.
  let prefix = "the ";
  while (names.some(({ name }) => name.toLowerCase().startsWith(prefix))) prefix += " ";
  const own = (column: string): string => `"${prefix}${column}"`;
  const hidden = columns.map((column) => `${column} AS ${own(column)}`);
  const shown = names.map(({ name, column }) => `${column.alias} AS "${name.replaceAll('"', '""')}"`);
  const back = columns.map((column) => `${own(column)} AS ${column}`);
  return `SELECT ${back.join(", ")}, (\n${sql}\n) IS TRUE AS holds
    FROM (SELECT ${[...hidden, ...shown].join(", ")} FROM (${select}))`;
}
