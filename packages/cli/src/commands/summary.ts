import { QuadratError } from "@quadrat/core";
import { readSummary, withReader, type TableSummary, type ValueTable } from "@quadrat/core/host";
import { shortened } from "../display-width.js";
import type { Output } from "../output.js";
import { shortPath } from "../report.js";
import { interruptible } from "../signals.js";
import { readerOptions, reportReaderOptions, storeOf, type StoreOptions } from "../store-options.js";
import { tableText } from "../table.js";
import { formatCount } from "../units.js";

interface SummaryOptions extends StoreOptions {
  readonly table: string;
}

/** Summarises the columns of a table of the store. */
export async function run(options: SummaryOptions, output: Output): Promise<void> {
  const table = tableOf(options.table);
  const store = await storeOf(options);
  const summary = await interruptible(
    output,
    (signal) =>
      withReader(store, { ...readerOptions(options, output), ...reportReaderOptions(), signal }, (reader) =>
        readSummary(reader, table),
      ),
    "",
  );
  output.result(
    output.json ? `${JSON.stringify(asJson(store, summary), null, 2)}\n` : textOf(store, summary),
  );
}

function tableOf(name: string): ValueTable {
  if (name === "merged" || name === "points") return name;
  throw new QuadratError("usage", `--table is "${name}"`, {
    hint: "allowed: merged, points; `quadrat sql` reads any other table",
  });
}

/** Numbers that are not defined are null. */
function asJson(store: string, { table, rows, columns, others, correlations }: TableSummary): object {
  const { r, n, inflation, rows: used, sampled } = correlations;
  const size = correlations.columns.length;
  const matrix = (values: Float64Array): (number | null)[][] =>
    Array.from({ length: size }, (_, i) => Array.from(values.slice(i * size, (i + 1) * size), finite));
  return {
    store,
    table,
    rows,
    columns: columns.map(({ name, type, dataset, count, nulls, values }) => ({
      ...{ name, type, dataset: dataset ?? null, count, nulls },
      mean: values?.mean ?? null,
      stdev: values?.stdev ?? null,
      min: values?.min ?? null,
      q1: values?.quartiles[0] ?? null,
      median: values?.quartiles[1] ?? null,
      q3: values?.quartiles[2] ?? null,
      max: values?.max ?? null,
    })),
    other_columns: others,
    correlations: { columns: correlations.columns, r: matrix(r), n: matrix(n), rows: used, sampled },
    vif: {
      rows: inflation.rows,
      columns: inflation.columns.map((name, index) => {
        const value = inflation.vif?.[index];
        return { name, vif: finite(value ?? NaN), determined: value === Infinity };
      }),
    },
  };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Columns of which a matrix is printed; of more, the pairs that correlate most. */
const widestMatrix = 12;
const listedPairs = 20;

function textOf(store: string, summary: TableSummary): string {
  const { table, rows, columns, others, correlations } = summary;
  const right = Array.from({ length: 9 }, () => "right" as const);
  const header = ["", "count", "NULL", "mean", "stdev", "min", "q1", "median", "q3", "max"];
  const lines = columns.map(({ name, count, nulls, values }) => [
    shortened(name, 40),
    formatCount(count),
    formatCount(nulls),
    ...(values
      ? [values.mean, values.stdev, values.min, ...values.quartiles, values.max].map(numberText)
      : []),
  ]);
  const parts = [
    `${shortPath(store)}  ${table}: ${formatCount(rows)} rows`,
    ...tableText([header, ...lines], ["left", ...right]),
    ...(others.length > 0 ? ["", `not numbers: ${others.join(", ")}`] : []),
    ...correlationLines(correlations),
    ...inflationLines(correlations),
  ];
  return `${parts.join("\n")}\n`;
}

function correlationLines({ columns, r, rows, sampled }: TableSummary["correlations"]): string[] {
  const size = columns.length;
  if (size < 2) return [];
  const title = `correlations (Pearson, rows in which both have a value${sampled ? `; a sample of ${formatCount(rows)} rows` : ""})`;
  const text = (i: number, j: number): string => {
    const value = r[i * size + j]!;
    return Number.isNaN(value) ? "-" : value.toFixed(2);
  };
  if (size <= widestMatrix) {
    const names = columns.map((name) => shortened(name, 12));
    const body = columns.map((name, i) => [
      shortened(name, 40),
      ...columns.map((_, j) => (j > i ? "" : text(i, j))),
    ]);
    const alignment = ["left" as const, ...columns.map(() => "right" as const)];
    return ["", title, ...tableText([["", ...names], ...body], alignment)];
  }
  const pairs = columns.flatMap((_, i) => columns.slice(0, i).map((__, j) => [i, j] as const));
  const strongest = pairs
    .filter(([i, j]) => !Number.isNaN(r[i * size + j]!))
    .sort(([a, b], [c, d]) => Math.abs(r[c * size + d]!) - Math.abs(r[a * size + b]!))
    .slice(0, listedPairs);
  const body = strongest.map(([i, j]) => [
    shortened(columns[j]!, 40),
    shortened(columns[i]!, 40),
    text(i, j),
  ]);
  return [
    "",
    `${title}: the strongest of ${formatCount(pairs.length)}; all of them with --json`,
    ...tableText(body, ["left", "left", "right"]),
  ];
}

function inflationLines({ inflation: { columns, vif, rows } }: TableSummary["correlations"]): string[] {
  if (!vif) return [];
  const body = columns.map((name, index) => {
    const value = vif[index]!;
    return [shortened(name, 40), value === Infinity ? "determined by the others" : value.toFixed(2)];
  });
  return [
    "",
    `variance inflation (VIF; the ${formatCount(rows)} rows in which all of these have a value)`,
    ...tableText(body, ["left", "right"]),
  ];
}

function numberText(value: number | undefined): string {
  return value === undefined ? "" : String(Number(value.toPrecision(6)));
}
