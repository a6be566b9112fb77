import { isQuadratError, QuadratError, type DatasetConfig, type OpenDataset } from "@quadrat/core";
import {
  bindDatasetQueries,
  parseDatasetQueries,
  type DatasetQueries,
  type DatasetQuery,
} from "@quadrat/core/host";
import { checkFill } from "./fill.js";
import { querySource } from "./query-source.js";

type Configs = Readonly<Record<string, DatasetConfig>>;

/** Parses the queries among the datasets; this needs nothing else. */
export async function readQueries(configs: Configs): Promise<DatasetQueries> {
  const queries = Object.entries(configs).flatMap(([name, { sql }]) =>
    sql === undefined ? [] : [[name, sql] as const],
  );
  if (queries.length === 0) return { ordered: [], faults: new Map() };
  return parseDatasetQueries(new Map(queries), Object.keys(configs));
}

function readsSeveral(name: string): QuadratError {
  return new QuadratError("usage", `reads ${name}, whose columns are not known before it has been read`, {
    hint: "query the store after the run with `quadrat sql`, or let it read a dataset of one column",
    place: { key: "sql" },
  });
}

/** Determines the types of queries' columns, once those of all other datasets are known. */
export async function settleQueries(
  ordered: readonly DatasetQuery[],
  configs: Configs,
  others: ReadonlyMap<string, OpenDataset>,
): Promise<{ readonly settled: readonly OpenDataset[]; readonly faults: ReadonlyMap<string, QuadratError> }> {
  if (ordered.length === 0) return { settled: [], faults: new Map() };
  const known = new Map([...others].map(([name, { dataType }]) => [name, dataType]));
  const several = new Set(
    [...others].flatMap(([name, { source }]) =>
      source.kind === "cells" && source.cells.several ? [name] : [],
    ),
  );
  const possible = ordered.filter(({ reads }) => !reads.some((name) => several.has(name)));
  const bound = await bindDatasetQueries(possible, known, (name) => configs[name]!.dtype);
  const faults = new Map(bound.faults);
  for (const { name, reads } of ordered) {
    const unknown = reads.find((read) => several.has(read));
    if (unknown !== undefined) faults.set(name, readsSeveral(unknown));
  }
  const settled: OpenDataset[] = [];
  for (const query of ordered) {
    const dataType = bound.types.get(query.name);
    if (dataType === undefined) continue;
    const config = configs[query.name]!;
    try {
      checkFill(config, dataType);
    } catch (error) {
      if (!isQuadratError(error)) throw error;
      faults.set(query.name, error);
    }
    settled.push({
      name: query.name,
      config,
      source: { kind: "cells", cells: querySource(query, dataType) },
      driver: "sql",
      crs: undefined,
      method: "query",
      dataType,
      extent: undefined,
      warnings: [],
      reads: query.reads,
    });
  }
  return { settled, faults };
}
