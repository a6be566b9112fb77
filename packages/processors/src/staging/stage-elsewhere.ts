import {
  QuadratError,
  qualify,
  required,
  type DatasetEntry,
  type OpenDataset,
  type QueryElsewhere,
  type StageContext,
  type StagedElsewhere,
  type StagedFacts,
} from "@quadrat/core";
import { committedCells } from "@quadrat/core/base";
import { NullRows } from "@quadrat/core/host";
import { ConservationTally, conserves, incomparable } from "../conservation/conservation.js";
import { infiniteText, notFinite } from "../inputs/query-source.js";
import { denseBatch } from "./cells.js";
import type { Column } from "./column.js";
import { fractionValues, measureFractions } from "./fraction-tally.js";
import { joinedRuns } from "./outside.js";
import { sampleType } from "./sample-type.js";
import { checkOrder, measure, measureAll, resumeAt, type Values } from "./staged-values.js";

/** Puts into the store what shards have staged; undefined if that is not so. */
export function stageElsewhere(
  dataset: OpenDataset,
  entry: DatasetEntry,
  context: StageContext,
): Promise<Values> | undefined {
  const { elsewhere } = context;
  if (!elsewhere) return undefined;
  if (dataset.config.kind === "query") {
    const query = elsewhere.query(dataset.name);
    return query && takeQuery(entry, query, context);
  }
  return dataset.source.kind === "raster" && !entry.lists
    ? takeRaster(dataset, entry, elsewhere, context)
    : takeTable(entry, elsewhere, context);
}

async function takeRaster(
  dataset: OpenDataset,
  entry: DatasetEntry,
  elsewhere: StagedElsewhere,
  context: StageContext,
): Promise<Values> {
  const grid = required(context, "grid");
  const store = required(context, "store");
  const catalogue = required(context, "catalogue");
  const { progress, signal, memory } = context;
  const { name } = entry;
  const dataType = sampleType(entry.dataType);
  const dense = elsewhere.dense(entry);
  if (!dense) throw notStaged(entry);
  const done = await resumeAt(entry, grid, context);
  progress.advance(name, done);
  const totals = conserves(dataset) ? new ConservationTally() : undefined;
  if (totals && done > 0) await totals.addStored(entry, done, context);
  for (const total of dense.sourceTotals) totals?.addSource(total);
  const batches = async function* () {
    for await (const { values, validity, nulls } of dense.cells(done)) {
      signal.throwIfAborted();
      const isEmpty = nulls === values.length;
      if (isEmpty) totals?.addNulls(nulls);
      else totals?.add({ values: values as Column["values"], validity });
      yield isEmpty
        ? new NullRows(nulls)
        : denseBatch(dataType, { values: values as Column["values"], validity, nulls });
      memory.batchDone("resample");
      progress.advance(name, values.length);
    }
  };
  await store.append(catalogue.table(name, "dense"), batches(), {
    commitEvery: committedCells,
    alongside: (from, to) => catalogue.enter(entry, { first: done + from, end: done + to }),
  });
  await store.append(await catalogue.startOutside(name), joinedRuns(dense.outside(), signal));
  await checkOrder(entry, context);
  return {
    ...dense.facts,
    ...(totals && { conservation: totals.conservation(incomparable(dataset, context)) }),
    records: null,
  };
}

async function takeTable(
  entry: DatasetEntry,
  elsewhere: StagedElsewhere,
  context: StageContext,
): Promise<Values> {
  const catalogue = required(context, "catalogue");
  const whole = await elsewhere.whole(entry);
  if (!whole) throw notStaged(entry);
  await catalogue.start(entry);
  await catalogue.take(entry, whole.database, whole.range);
  const { size } = required(context, "grid");
  context.progress.advance(entry.name, size);
  if (entry.lists) await required(context, "store").exec(catalogue.enter(entry, { first: 0, end: size }));
  if (!whole.range) return whole.facts;
  const { columns } = whole.facts;
  if (entry.lists && columns) {
    const { cells, facts } = await measureFractions(entry, size, context);
    return { ...whole.facts, ...fractionValues(columns, cells, facts) };
  }
  if (!columns) return { ...whole.facts, ...(await measure(entry, context)) };
  return {
    ...whole.facts,
    ...(await measureAll(entry, await measureLists(entry, columns, context), context)),
  };
}

async function takeQuery(entry: DatasetEntry, query: QueryElsewhere, context: StageContext): Promise<Values> {
  const catalogue = required(context, "catalogue");
  await catalogue.start(entry);
  for await (const { database, origin } of query.pieces()) {
    context.signal.throwIfAborted();
    await catalogue.addCells(entry, database, origin);
  }
  const infinite = query.facts.records?.skipped[notFinite] ?? 0;
  if (infinite > 0) context.progress.log("warning", `${entry.name}: ${infiniteText(infinite)}`);
  context.progress.advance(entry.name, required(context, "grid").size);
  return query.facts;
}

/** What each column of a dataset of several has in the cells that were taken. */
async function measureLists(
  entry: DatasetEntry,
  columns: NonNullable<StagedFacts["columns"]>,
  context: StageContext,
): Promise<NonNullable<StagedFacts["columns"]>> {
  const table = qualify(required(context, "catalogue").table(entry.name, "sparse"));
  const rows = await required(context, "store").rows<{ part: number; n: number; min: number; max: number }>(
    `SELECT part, count(*)::DOUBLE AS n, min(value)::DOUBLE AS min, max(value)::DOUBLE AS max
     FROM (SELECT unnest(parts) AS part, unnest(vals) AS value FROM ${table}) GROUP BY part`,
  );
  const found = new Map(rows.map(({ part, n, min, max }) => [part, { values: n, min, max }]));
  const none = { values: 0, min: null, max: null };
  return columns.map((column, part) => ({ ...column, ...(found.get(part) ?? none) }));
}

function notStaged({ name }: DatasetEntry): QuadratError {
  return new QuadratError("input", `no shard has staged ${name} as it would be staged now`, {
    hint: "a plugin or its options have changed: make a new plan in another folder with `quadrat shard plan`",
    place: { dataset: name },
  });
}
