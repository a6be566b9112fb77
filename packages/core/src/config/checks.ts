import { isQuadratError } from "../errors.js";
import { Grid } from "../grid/grid.js";
import { invertedHint } from "./bounds-hints.js";
import { columnsOfCells, type CellSettings } from "./cell-columns.js";
import { isAddress } from "../remote/address.js";
import { addressProblem } from "./check-address.js";
import { checkDataset } from "./check-dataset.js";
import { makesSeveral } from "./makes-several.js";
import { checkMask } from "./check-mask.js";
import { checkPoints } from "./check-points.js";
import { datasetNameFault, fileNameFault } from "./names.js";
import type { Settings } from "./schema.js";
import type { CellColumn } from "./types.js";
import type { Path } from "./tree.js";
import { weightOf } from "./weights.js";

/** Reports a problem at a path; `on: "key"` points at the name instead of the value. */
export type Report = (path: Path, message: string, on?: "key" | "value") => void;

/**
 * The part of the settings that is valid in itself; invalid keys are left out, and so are datasets that have
 * one.
 */
export interface SoundSettings {
  readonly grid: Partial<Settings["grid"]> | undefined;
  readonly datasets: Settings["datasets"];
  readonly mask?: Settings["mask"];
  readonly cells?: Settings["cells"];
  readonly points?: Settings["points"];
  readonly export: Partial<Settings["export"]> | undefined;
  readonly memory: Partial<Settings["memory"]> | undefined;
  readonly plugins?: Settings["plugins"] | undefined;
  readonly offline?: Settings["offline"];
}

/**
 * Finds problems that no single key can show: impossible combinations, names, the order of thresholds, the size of
 * the grid.
 *
 * @param names of all datasets, valid or not
 * @param isWritten distinguishes keys that were given from defaults
 */
export function checkSettings(
  settings: SoundSettings,
  names: readonly string[],
  isWritten: (path: Path) => boolean,
  report: Report,
): void {
  const offline = settings.offline === true;
  if (settings.grid) checkGrid(settings.grid, offline, isWritten, report);
  checkNames(names, settings.datasets, report);
  checkCells({ cells: settings.cells ?? [], mask: settings.mask ?? undefined }, names, report);
  if (settings.mask)
    checkMask(settings.mask, (key, message, on) => report(["mask", key], message, on), offline);
  if (settings.points) checkPoints(settings.points, names, settings.datasets, report);
  for (const [name, dataset] of Object.entries(settings.datasets)) {
    const base = ["datasets", name];
    checkDataset(
      dataset,
      (key) => isWritten([...base, key]),
      (key, message, on) => report(key === undefined ? base : [...base, key], message, on),
      { hasPlugins: (settings.plugins ?? []).length > 0, offline },
    );
    const fault = dataset.derived_dataset ? fileNameFault(name) : undefined;
    if (fault)
      report([...base, "derived_dataset"], `the dataset's name becomes part of a file name: ${fault}`);
  }
  if (settings.export) checkExport(settings.export, report);
  if (settings.memory) checkThresholds(settings.memory, report);
  checkRepeats(settings.plugins ?? [], ["plugins"], report);
}

function checkGrid(
  grid: NonNullable<SoundSettings["grid"]>,
  offline: boolean,
  isWritten: (path: Path) => boolean,
  report: Report,
): void {
  const { crs, resolution, bounds, like } = grid;
  const own = Object.entries({ crs, resolution, bounds });
  if (isWritten(["grid", "like"])) {
    for (const [key] of own) {
      if (isWritten(["grid", key]))
        report(["grid", key], "like takes it from a raster; leave one of them out", "key");
    }
    const problem =
      like !== undefined && isAddress(like)
        ? addressProblem({ path: like, kind: "raster" }, offline, false)
        : undefined;
    if (problem !== undefined) report(["grid", "like"], problem);
    return;
  }
  const missing = own.filter(([key]) => !isWritten(["grid", key])).map(([key]) => key);
  if (missing.length > 0) {
    report(
      ["grid"],
      `missing: ${missing.join(", ")}; a grid is crs, resolution and bounds, or like: a raster`,
    );
  }
  if (bounds === undefined || bounds === "auto") return;
  const [xmin, ymin, xmax, ymax] = bounds;
  const inverted: string[] = [];
  if (!(xmin < xmax)) inverted.push(`xmin ${xmin} is not below xmax ${xmax}`);
  if (!(ymin < ymax)) inverted.push(`ymin ${ymin} is not below ymax ${ymax}`);
  if (inverted.length > 0) {
    report(
      ["grid", "bounds"],
      `${inverted.join(", and ")}; allowed: [xmin, ymin, xmax, ymax]${invertedHint(bounds)}`,
    );
  } else if (resolution !== undefined) {
    const [x, y] = typeof resolution === "number" ? [resolution, resolution] : resolution;
    checkGridSize(() => new Grid({ crs: "", resolution: [x, y], bounds }), report);
  }
}

function checkGridSize(makeGrid: () => Grid, report: Report): void {
  try {
    makeGrid();
  } catch (error) {
    if (!isQuadratError(error)) throw error;
    report((error.place.key ?? "grid").split("."), [error.message, error.hint].filter(Boolean).join("; "));
  }
}

function checkNames(names: readonly string[], datasets: Settings["datasets"], report: Report): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const dataset = datasets[name];
    // An entry may be called y if its columns are y_1991 and so on.
    const fault = datasetNameFault(dataset && makesSeveral(dataset) ? `${name}_1` : name);
    if (fault) report(["datasets", name], fault, "key");
    const twin = seen.get(name.toLowerCase());
    if (twin !== undefined) {
      report(["datasets", name], `differs from "${twin}" only in case, which a database ignores`, "key");
    }
    seen.set(name.toLowerCase(), name);
  }
  for (const [name, { weights }] of Object.entries(datasets)) {
    const twin = weights === undefined ? undefined : seen.get(weightOf(name).toLowerCase());
    if (twin !== undefined)
      report(
        ["datasets", twin],
        `\`weights\` of ${name} adds a column of this name; rename the dataset`,
        "key",
      );
  }
}

/** Names are compared as a database does. */
function checkCells(
  { cells, mask }: CellSettings & { readonly cells: readonly CellColumn[] },
  names: readonly string[],
  report: Report,
): void {
  checkRepeats(cells, ["cells"], report);
  for (const column of columnsOfCells({ cells: [...new Set(cells)], mask })) {
    const name = names.find((one) => one.toLowerCase() === column.name);
    if (name === undefined) continue;
    const fault =
      column.name === "mask_coverage"
        ? `\`mask: {coverage: true}\` adds a column named ${column.name}; rename the dataset`
        : `\`cells\` adds a column named ${column.name}; rename the dataset, or leave it out of \`cells\``;
    report(["datasets", name], fault, "key");
  }
}

function checkExport({ formats = [], name }: NonNullable<SoundSettings["export"]>, report: Report): void {
  const fault = name === undefined ? undefined : fileNameFault(name);
  if (fault) report(["export", "name"], fault);
  checkRepeats(
    formats.map((format) => JSON.stringify(typeof format === "string" ? { use: format } : format)),
    ["export", "formats"],
    report,
  );
}

function checkThresholds(memory: NonNullable<SoundSettings["memory"]>, report: Report): void {
  const { recovery_threshold: recovery, warning_threshold: warning, critical_threshold: critical } = memory;
  if (recovery !== undefined && warning !== undefined && !(recovery < warning)) {
    report(["memory", "recovery_threshold"], `${recovery} is not below warning_threshold, ${warning}`);
  }
  if (warning !== undefined && critical !== undefined && !(warning < critical)) {
    report(["memory", "warning_threshold"], `${warning} is not below critical_threshold, ${critical}`);
  }
}

function checkRepeats(entries: readonly string[], path: Path, report: Report): void {
  entries.forEach((entry, index) => {
    if (entries.indexOf(entry) < index) report([...path, index], "was given twice");
  });
}
