import type { PageContext } from "./context.js";
import { packMap } from "./map-image.js";

/** What the page's script reads, and tests compare: the numbers of the page as JSON. */
export interface PageData {
  readonly grid: {
    readonly crs: string;
    readonly width: number;
    readonly height: number;
    readonly bounds: readonly number[];
  };
  readonly rows: number;
  readonly pixel: { readonly cells: number; readonly width: number; readonly height: number };
  readonly columns: readonly PageColumn[];
  readonly correlations:
    { readonly columns: readonly string[]; readonly r: readonly (number | null)[] | string } | undefined;
  readonly run: {
    readonly limit: number | null;
    readonly thresholds: readonly { readonly name: string; readonly share: number }[];
    readonly samples: readonly (readonly [at: number, used: number])[];
    readonly decisions: readonly { readonly at: number; readonly used: number; readonly action: string }[];
    readonly stages: readonly { readonly name: string; readonly seconds: number }[];
  };
}

export interface PageColumn {
  readonly name: string;
  readonly type: string;
  readonly values: number;
  readonly nulls: Readonly<Record<string, number>>;
  readonly min?: number;
  readonly max?: number;
  readonly minCell?: number;
  readonly maxCell?: number;
  readonly mean?: number;
  readonly stdev?: number | undefined;
  readonly quartiles?: readonly number[];
  readonly histogram?: readonly number[];
  readonly classes?: readonly (readonly [number, number])[] | undefined;
  /** Absent on pages that would be too large with it. */
  readonly map?: PackedMap;
}

/** The values of a map as a page holds them: compressed numbers, little-endian, in base 64. */
export interface PackedMap {
  /** f32, f64: the values, NaN for none; u16: steps from min to max, 65535 for none. */
  readonly as: "f32" | "f64" | "u16";
  readonly min: number;
  readonly max: number;
  readonly data: string;
  /** A byte per pixel, as in ColumnMap; absent if all are 0. */
  readonly why: string | undefined;
}

export function pageData({ overview, lean }: PageContext): PageData {
  const { grid, table, run } = overview;
  const { columns, r } = table.correlations;
  const { warningThreshold, criticalThreshold, recoveryThreshold } = run.config.memory;
  return {
    grid,
    rows: table.rows,
    pixel: table.shape,
    columns: table.columns.map((column) => ({
      name: column.name,
      type: column.type,
      values: column.values,
      nulls: column.nulls,
      ...column.summary,
      ...(lean ? {} : { classes: column.classes, map: packMap(column, table.columns.length) }),
    })),
    correlations:
      columns.length < 2
        ? undefined
        : {
            columns,
            r: compact(upper(r, columns.length), columns.length),
          },
    run: {
      limit: run.limitBytes,
      thresholds: [
        { name: "warning", share: warningThreshold },
        { name: "critical", share: criticalThreshold },
        { name: "recovery", share: recoveryThreshold },
      ],
      samples: run.samples.map(({ at, used }) => [at, used]),
      decisions: run.decisions.map(({ at, ratio, action }) => ({
        at,
        used: ratio * (run.limitBytes ?? 0),
        action,
      })),
      stages: run.stages.map(({ name, seconds }) => ({ name, seconds })),
    },
  };
}

/** The pairs i < j, row by row. */
function upper(matrix: Float64Array, size: number): number[] {
  const values: number[] = [];
  for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) values.push(matrix[i * size + j]!);
  return values;
}

/** Tens of thousands of correlations are kept to two digits. */
const mostExact = 60;

function compact(r: readonly number[], columns: number): readonly (number | null)[] | string {
  if (columns > mostExact) {
    const bytes = Uint8Array.from(r, (value) => (Number.isNaN(value) ? 255 : Math.round(value * 100) + 100));
    return Buffer.from(bytes).toString("base64");
  }
  return r.map((value) => (Number.isNaN(value) ? null : value));
}
