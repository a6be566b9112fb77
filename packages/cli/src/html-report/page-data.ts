import type { ColumnOverview } from "@quadrat/core/host";
import { noneText, type PageContext } from "./context.js";
import { byCount, className } from "./classes.js";
import { packMap } from "./map-image.js";
import type { PageColumn, PageData } from "./page-types.js";

/** The numbers of a page. */
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
      missing: noneText(column.dataset),
      ...column.summary,
      ...namesOf(column, lean),
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

/** Bars of a chart. */
const charted = 30;

/** The texts that the values of a text column are numbered by. A page without maps has those that its charts show. */
function namesOf(column: ColumnOverview, lean: boolean): Pick<PageColumn, "names" | "classes"> {
  const { texts, classes } = column;
  if (!texts || !classes) return {};
  if (!lean) return { names: classes.map(([value]) => className(column, value)) };
  const shown = byCount(column).slice(0, charted);
  return {
    names: shown.map(([value]) => className(column, value)),
    classes: shown.map(([, count], index) => [index, count]),
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
