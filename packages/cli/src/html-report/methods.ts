import type { OverviewDataset } from "@quadrat/core/host";
import type { PageContext } from "./context.js";
import { html, type Html } from "./html.js";
import { numberText } from "./numbers.js";
import { portable } from "./run-section.js";

/** A paragraph for a paper, with what has to be cited. */
export function methods(context: PageContext): Html {
  return html`<section aria-labelledby="methods">
    <h2 id="methods">For a methods section</h2>
    <p class="note">
      To be copied and edited. Data are named by file, because their citations are not in the files: replace
      them by those that their providers ask for.
    </p>
    <blockquote id="methods-text">
      <p>${paragraph(context)}</p>
      <p>${software(context)}</p>
    </blockquote>
    <p class="interactive"><button type="button" data-copy="methods-text">Copy</button> <output></output></p>
  </section>`;
}

function paragraph({ overview }: PageContext): string {
  const { grid, table, datasets, run } = overview;
  const [xmin, ymin, xmax, ymax] = grid.bounds;
  const size = [(xmax - xmin) / grid.width, (ymax - ymin) / grid.height].map((one) => numberText(one));
  const cells = size[0] === size[1] ? size[0] : size.join(" × ");
  const kept = {
    outer: "in which at least one dataset has a value",
    inner: "in which all datasets have a value",
    all: "of the grid",
  }[run.config.merge.join];
  const where = `All data were put on one grid (${grid.crs}; ${numberText(grid.width)} × ${numberText(grid.height)} cells of ${cells} units; x from ${numberText(xmin)} to ${numberText(xmax)}, y from ${numberText(ymin)} to ${numberText(ymax)}) with Quadrat ${run.version} (The Quadrat authors 2026).`;
  const sources = grouped(datasets).map((group) => sentence(group, overview.run.config));
  const result = `The resulting table has the ${numberText(table.rows)} cells ${kept}.`;
  return [where, ...sources, result].join(" ");
}

/** Datasets of the same file and method are said in one sentence. */
function grouped(datasets: readonly OverviewDataset[]): OverviewDataset[][] {
  const groups = new Map<string, OverviewDataset[]>();
  for (const dataset of datasets) {
    const { path, method, raster, facts, config } = dataset;
    const key = raster ? `raster ${method}` : JSON.stringify([path, method, facts.records, config?.sql]);
    groups.set(key, [...(groups.get(key) ?? []), dataset]);
  }
  return [...groups.values()];
}

/** Datasets that one sentence names. */
const named = 12;

function sentence(group: readonly OverviewDataset[], config: { readonly file: string }): string {
  const [first] = group as [OverviewDataset];
  const names = listed(
    group.slice(0, named).map(({ name }) => name),
    group.length - named,
  );
  if (first.raster) {
    const files = [...new Set(group.map(({ path }) => portable(path, config)))];
    return `Rasters (${names}; from ${listed(files.slice(0, named), files.length - named)}) were resampled by the method "${first.method}".`;
  }
  if (first.config?.sql !== undefined)
    return `${names} ${group.length === 1 ? "was" : "were"} computed from other columns by a query.`;
  const { records } = first.facts;
  const left = Object.entries(records?.skipped ?? {}).map(
    ([why, count]) => `${numberText(Number(count))} ${why}`,
  );
  const used =
    records === null
      ? ""
      : ` from ${numberText(records.used)} of ${numberText(records.read)} records${left.length > 0 ? ` (left out: ${left.join(", ")})` : ""}`;
  return `The measure "${first.method}" of each cell (${names}) was computed${used} of ${portable(first.path, config)}.`;
}

function listed(names: readonly string[], more: number): string {
  if (more > 0) return `${names.join(", ")} and ${more} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function software({ overview: { run }, outputs }: PageContext): Html {
  return html`The Quadrat authors (2026).
    <cite>Quadrat: one grid over every biodiversity dataset a study has</cite>, version ${run.version}
    [software]. — Raasveldt, M. and Mühleisen, H. (2019). DuckDB: an embeddable analytical database.
    <cite>Proceedings of SIGMOD 2019</cite>,
    1981–1984${outputs?.duckdb !== undefined && ` (version ${outputs.duckdb})`}. doi:10.1145/3299869.3320212.`;
}
