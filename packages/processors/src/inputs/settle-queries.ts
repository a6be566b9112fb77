import { isQuadratError, type DatasetConfig, type OpenDataset, type QuadratError } from "@quadrat/core";
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

/** Determines the types of queries' columns, once those of all other datasets are known. */
export async function settleQueries(
  ordered: readonly DatasetQuery[],
  configs: Configs,
  others: ReadonlyMap<string, OpenDataset>,
): Promise<{ readonly settled: readonly OpenDataset[]; readonly faults: ReadonlyMap<string, QuadratError> }> {
  if (ordered.length === 0) return { settled: [], faults: new Map() };
  const known = new Map([...others].map(([name, { dataType }]) => [name, dataType]));
  const bound = await bindDatasetQueries(ordered, known, (name) => configs[name]!.dtype);
  const faults = new Map(bound.faults);
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
