import { dirname, relative, sep } from "node:path";
import type { Config } from "@quadrat/core";
import { isAddress } from "@quadrat/core/base";
import { contentText, type RunRecord } from "@quadrat/core/host";
import { formatBytes, formatSeconds, formatShare } from "../units.js";
import type { PageContext } from "./context.js";
import { memoryText } from "./glance.js";
import { html, marked, table, type Html } from "./html.js";
import { numberText } from "./numbers.js";

/** What the run did, from what, and at what cost. */
export function runSection(context: PageContext): Html {
  const { run } = context.overview;
  return html`<section aria-labelledby="run">
    <h2 id="run">The run</h2>
    <p>
      Experiment <code>${run.experiment}</code>, Quadrat
      ${run.version}${context.outputs?.duckdb !== undefined && `, DuckDB ${context.outputs.duckdb}`},
      ${run.status}. ${run.error !== null && run.error}
    </p>
    ${inputs(context)}${files(context)}${time(run)}${memory(context)}${estimates(run)}${warnings(run)}${!context.lean && configuration(run)}
  </section>`;
}

function inputs({ overview: { datasets, run } }: PageContext): Html {
  const rows = datasets.flatMap(({ name, path, driver, method, facts, config }) => [
    [
      html`<code>${name}</code>`,
      config?.sql === undefined ? portable(path, run.config) : "a query",
      `${driver}, ${method}`,
      config?.sql === undefined ? formatBytes(facts.bytes) : "",
      facts.license ?? "",
      html`<code class="hash">${contentText(facts.sha256)}</code>`,
    ],
    ...(facts.sideFiles ?? []).map((file) => [
      html`<code>${name}</code>`,
      portable(file.path, run.config),
      "beside it",
      formatBytes(file.bytes),
      "",
      html`<code class="hash">${contentText(file.sha256)}</code>`,
    ]),
  ]);
  return html`<h3>Inputs</h3>
    ${table("Inputs", ["dataset", "file", "read as", "size", "licence", "SHA-256 or version"], rows, [3])}`;
}

function files({ outputs }: PageContext): Html | undefined {
  if (!outputs || outputs.files.length === 0) return undefined;
  const rows = outputs.files.map(({ name, format, bytes, rows: count, sha256 }) => [
    html`<code>${name}</code>`,
    format,
    numberText(count),
    formatBytes(bytes),
    html`<code class="hash">${sha256}</code>`,
  ]);
  return html`<h3>Outputs</h3>
    ${table("Outputs", ["file", "format", "rows", "size", "SHA-256"], rows, [2, 3])}`;
}

function time({ stages, seconds }: RunRecord): Html | undefined {
  if (stages.length === 0) return undefined;
  const rows = stages.map(({ name, seconds: own, rows: count, peak }) => [
    name,
    formatSeconds(own),
    numberText(count),
    formatBytes(peak),
  ]);
  return html`<h3>Time</h3>
    ${seconds !== null && html`<p>${formatSeconds(seconds)} in all.</p>`}
    <div class="chart" data-stages></div>
    ${table("Stages", ["stage", "time", "rows", "peak memory"], rows, [1, 2, 3])}`;
}

function memory(context: PageContext): Html {
  const { run } = context.overview;
  const { decisions, config } = run;
  const {
    warningThreshold: warning,
    criticalThreshold: critical,
    recoveryThreshold: recovery,
  } = config.memory;
  const rows = decisions.map(({ at, level, ratio, action }) => [
    formatSeconds(at),
    level,
    formatShare(ratio),
    action,
  ]);
  return html`<h3>Memory</h3>
    <p>
      ${capital(memoryText(context))}. From ${formatShare(warning)} of the limit on batches and windows are
      halved, from ${formatShare(critical)} on the merge is streamed, below ${formatShare(recovery)} sizes
      grow again.
    </p>
    <div class="chart wide" data-memory></div>
    ${rows.length > 0 && table("Decisions because of memory", ["after", "level", "of the limit", "what was done"], rows, [0, 2])}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const quantities: Readonly<Record<string, readonly [string, (value: number) => string]>> = {
  rows: ["rows", numberText],
  peak_rss_bytes: ["peak memory", formatBytes],
  disk_bytes: ["disk", formatBytes],
  seconds: ["time", formatSeconds],
};

function estimates({ estimates: found }: RunRecord): Html | undefined {
  if (found.length === 0) return undefined;
  const rows = found.map(({ quantity, predicted, actual }) => {
    const [name, text] = quantities[quantity] ?? [quantity, numberText];
    const error = actual > 0 ? Math.round((predicted / actual - 1) * 100) : 0;
    return [
      name,
      text(predicted),
      text(actual),
      error === 0 ? "right" : `${error > 0 ? "+" : "−"}${Math.abs(error)} %`,
    ];
  });
  return html`<h3>Estimate</h3>
    ${table("The estimate before the run, and what happened", ["", "estimated", "was", "error"], rows, [1, 2, 3])}`;
}

function warnings({ warnings: found }: RunRecord): Html | undefined {
  if (found === undefined) return undefined;
  return html`<h3 id="warnings">Warnings</h3>
    ${
      found.length === 0
        ? html`<p>None.</p>`
        : html`<ul>
            ${found.map((text) => html`<li>${marked(text)}</li>`)}
          </ul>`
    }`;
}

function configuration({ config }: RunRecord): Html {
  return html`<h3>Configuration</h3>
    <p>
      As it was resolved: with its defaults, the experiment and what was set on the command line. Paths are
      seen from the folder of the configuration.
    </p>
    <details>
      <summary>Configuration</summary>
      <pre tabindex="0">${JSON.stringify(withPortablePaths(config), null, 2)}</pre>
    </details>`;
}

/** A path from the folder of the configuration. */
export function portable(path: string, config: Pick<Config, "file">): string {
  return isAddress(path) ? path : relative(dirname(config.file), path).split(sep).join("/");
}

function withPortablePaths(config: Config): object {
  const home = dirname(config.file);
  return JSON.parse(
    JSON.stringify(config, (_, value: unknown) =>
      typeof value === "string" && value.startsWith(home + sep) ? portable(value, config) : value,
    ),
  ) as object;
}
