import { isAddress } from "../remote/address.js";
import { addressProblem } from "./check-address.js";
import { compareDates, dateFault, dateParts } from "./dates.js";
import { convertHint, kindOfDataset } from "./kinds.js";
import { resampleProblem } from "./resample-method.js";
import type { DatasetSettings } from "./schema.js";
import type { DatasetKind, Measure } from "./types.js";

/** Reports a problem at a key of the dataset, or with the dataset itself. */
type ReportKey = (key: string | undefined, message: string, on?: "key" | "value") => void;

const columnKeys = ["bands", "variable", "select", "time"];
const rasterKeys = ["band", "resample", "classes", "alpha", "scaled", "overviews", "dtype", ...columnKeys];
const circleKeys = ["uncertainty", "assign", "seed"];
const tableKeys = [
  "x",
  "y",
  "code",
  ...circleKeys,
  "delimiter",
  "decimal",
  "encoding",
  "quoting",
  "skip",
  "comment",
  "strict",
];
const recordKeys = ["where", "keep", "checks", "rejected", "derived_dataset", "by"];
const rangeKeys = ["rule", "layer", "threshold", "invalid", "weights"];
const chosenColumns = ["top", "min_records"];
const speciesKeys = ["species", "measure", "value", "expand", ...chosenColumns];

/** Keys that do not apply to an input of this kind. */
const foreign: Readonly<Record<DatasetKind, readonly string[]>> = {
  raster: [...tableKeys, ...speciesKeys, ...recordKeys, ...rangeKeys],
  occurrences: [...rasterKeys, ...rangeKeys],
  ranges: [
    ...rasterKeys,
    "nodata",
    ...[...tableKeys, ...recordKeys].filter((key) => key !== "encoding" && key !== "where"),
    ...chosenColumns,
  ],
  query: [],
};

const statistics: readonly Measure[] = ["mean", "sum", "min", "max", "median"];

const measures: Readonly<Record<DatasetKind, readonly Measure[]>> = {
  raster: [],
  occurrences: ["records", "species", "presence", ...statistics],
  ranges: ["species", "presence", "coverage", "value"],
  query: [],
};

/** Refuses what can't be done with one dataset. `isWritten` distinguishes keys that were given from defaults. */
export function checkDataset(
  dataset: DatasetSettings,
  isWritten: (key: string) => boolean,
  report: ReportKey,
  { hasPlugins, offline }: { readonly hasPlugins: boolean; readonly offline: boolean },
): void {
  if (dataset.sql !== undefined) {
    checkQuery(dataset, isWritten, report);
    return;
  }
  if (dataset.path === undefined) return;
  // Plugins are not loaded yet: their parts are checked when they are.
  if (!hasPlugins) {
    const problem = resampleProblem(dataset.resample);
    if (problem !== undefined) report("resample", problem);
  }
  if (isAddress(dataset.path)) {
    const problem = addressProblem({ ...dataset, path: dataset.path }, offline, hasPlugins);
    if (problem !== undefined) {
      report("path", problem);
      return;
    }
  }
  const kind =
    dataset.kind ??
    kindOfDataset({ path: dataset.path, source: dataset.source }) ??
    (hasPlugins ? "raster" : undefined);
  if (!kind) {
    const unknown = "the file's ending does not identify its kind; add kind: raster, occurrences or ranges";
    const convert = convertHint(dataset.path);
    report(
      "path",
      convert === undefined ? unknown : `${unknown}; rasters of this format are not supported: ${convert}`,
    );
    return;
  }
  for (const key of foreign[kind]) {
    if (isWritten(key)) report(key, `does not apply to ${describeKind(kind)}`, "key");
  }
  checkNodata(dataset, kind, report);
  if (kind === "raster") {
    checkColumns(dataset, isWritten, report);
    checkClasses(dataset, report);
  }
  if (kind !== "raster") checkMeasure(dataset, kind, report);
  if (kind === "ranges") checkRule(dataset, report);
  if (kind === "occurrences") {
    checkCoordinates(dataset, isWritten, report);
    checkCode(dataset, isWritten, report);
    checkCircles(dataset, isWritten, report);
    checkKeep(dataset, report);
  }
  checkSeveral(dataset, kind, report);
}

/** Several columns from one raster, or from the files of a pattern. */
function checkColumns(
  { bands, time, overviews }: DatasetSettings,
  isWritten: (key: string) => boolean,
  report: ReportKey,
): void {
  if (bands !== undefined && isWritten("band"))
    report("band", "can't be used together with bands; leave band or bands out", "key");
  if (bands !== undefined && time !== undefined)
    report("bands", "can't be used together with time: the layers of a series are its steps", "key");
  if (time === undefined) return;
  if (overviews === "auto") report("overviews", "a series in time is read at full resolution; allowed: none");
  const [from, to] = [time.from, time.to].map((date) => (date === undefined ? undefined : String(date)));
  const faults = [from, to].flatMap((date) => (date === undefined ? [] : (dateFault(date) ?? [])));
  for (const fault of new Set(faults)) report("time", fault);
  if (faults.length === 0 && from !== undefined && to !== undefined) {
    if (compareDates(dateParts(from)!, dateParts(to)!) > 0) report("time", `from ${from} is after to ${to}`);
  }
  if (time.by === "step" && time.then === undefined) {
    for (const key of ["statistic", "complete"] as const) {
      if (time[key] !== undefined)
        report("time", `${key} needs a group of steps: add by: month, season, year or all`);
    }
  }
}

function checkClasses({ classes, resample, time }: DatasetSettings, report: ReportKey): void {
  const hasFractions = [resample].flat().includes("fractions");
  if (hasFractions && time !== undefined)
    report(
      "resample",
      "fractions can't be used together with time: a statistic over time is of numbers, one a step",
    );
  if (classes === undefined) return;
  if (!hasFractions) report("classes", "used only with resample: fractions", "key");
  if (Object.keys(classes).length === 0) report("classes", "names no class");
}

/** Which cells polygons take. */
function checkRule({ rule, measure, threshold, expand, weights }: DatasetSettings, report: ReportKey): void {
  if (weights !== undefined && measure !== "value")
    report("weights", "used only with measure: value, whose polygons they are of", "key");
  if (measure === "coverage" && rule !== undefined && rule !== "coverage")
    report(
      "rule",
      `measure: coverage is the covered fraction of each cell, which rule: ${rule} does not change`,
    );
  if (threshold !== undefined && (rule !== "coverage" || measure === "coverage"))
    report("threshold", "used only with rule: coverage, and not with measure: coverage", "key");
  if (expand !== undefined && measure === "value")
    report("measure", "a column per species has no use for measure: value; allowed: presence, coverage");
}

/** Several columns from one dataset. */
function checkSeveral(
  { expand, top, min_records: min, by, measure, assign }: DatasetSettings,
  kind: DatasetKind,
  report: ReportKey,
): void {
  for (const [key, value] of Object.entries({ top, min_records: min })) {
    if (value !== undefined && expand === undefined)
      report(key, "chooses among the columns of expand: species", "key");
  }
  if (expand !== undefined && by !== undefined) {
    report("by", "can't be combined with expand; make a dataset of each", "key");
  }
  if (assign === "fraction" && by !== undefined) {
    report("by", "can't be used together with assign: fraction; use assign: random", "key");
  }
  if (expand !== undefined && measure === "species") {
    report(
      "measure",
      kind === "ranges"
        ? "a column per species can't count species; allowed: presence, coverage"
        : "a column per species can't count species; allowed: records, presence, mean, sum, min, max, median",
    );
  }
}

/** Keys that apply to a query. */
const queryKeys = new Set(["sql", "type", "dtype", "fill"]);

function checkQuery(dataset: DatasetSettings, isWritten: (key: string) => boolean, report: ReportKey): void {
  if (isWritten("path")) {
    report("path", "a dataset is either a file or a query; leave path or sql out", "key");
  }
  for (const key of Object.keys(dataset)) {
    if (key === "path" || queryKeys.has(key) || !isWritten(key)) continue;
    report(key, "does not apply to queries", "key");
  }
}

function checkNodata({ nodata, measure }: DatasetSettings, kind: DatasetKind, report: ReportKey): void {
  if (nodata === undefined || kind === "ranges") return;
  if (kind === "raster") {
    if (nodata === null || typeof nodata === "number") return;
    report("nodata", "a raster takes a number, or null to ignore its own");
    return;
  }
  if (nodata === null) {
    report(
      "nodata",
      "a table has no nodata of its own to ignore; allowed: a number, a list, or {x, y, value}",
    );
    return;
  }
  const ofValue = typeof nodata === "number" || Array.isArray(nodata) || "value" in nodata;
  if (!ofValue || measure === "species" || statistics.includes(measure ?? "records")) return;
  report(
    "nodata",
    "used only with measure: species, mean, sum, min, max, median; for coordinates write {x: ..., y: ...}",
    "key",
  );
}

function checkMeasure(dataset: DatasetSettings, kind: DatasetKind, report: ReportKey): void {
  const { measure, value, species, expand } = dataset;
  const possible = measures[kind];
  if (measure !== undefined && !possible.includes(measure)) {
    report("measure", `${measure} does not apply to ${describeKind(kind)}; allowed: ${possible.join(", ")}`);
    return;
  }
  const takesValue = measure !== undefined && (measure === "value" || statistics.includes(measure));
  if (takesValue && value === undefined) {
    report("measure", `${measure} needs value: the name of a column`);
  }
  if (!takesValue && value !== undefined) {
    const takers = possible.filter((name) => name === "value" || statistics.includes(name));
    report("value", `used only with measure: ${takers.join(", ")}`, "key");
  }
  // Occurrences have Darwin Core's columns by default.
  const needsName = kind !== "occurrences" && species === undefined;
  if (measure === "species" && needsName) {
    report("measure", "counting species needs species: the name of a column");
  }
  if (expand && needsName) {
    report("expand", "a column per species needs species: the name of a column", "key");
  }
}

function checkCoordinates(
  { x, y }: DatasetSettings,
  isWritten: (key: string) => boolean,
  report: ReportKey,
): void {
  if (isWritten("x") !== isWritten("y")) {
    const [given, other] = isWritten("x") ? ["x", "y"] : ["y", "x"];
    report(given, `was given without ${other}; coordinates need both columns`, "key");
  }
  if (x !== undefined && x === y) report("y", `x and y are the same column, ${x}`);
}

/** A code stands instead of coordinates, and says how exact it is. */
function checkCode({ code }: DatasetSettings, isWritten: (key: string) => boolean, report: ReportKey): void {
  if (code === undefined) return;
  for (const key of ["x", "y", "crs"]) {
    if (isWritten(key)) report(key, "can't be used together with code, which says where a record is", "key");
  }
  for (const key of circleKeys) {
    if (isWritten(key))
      report(key, "can't be used together with code: a record is at the centre of its cell", "key");
  }
}

function checkCircles(
  { uncertainty, assign = "point", measure = "records", expand, code }: DatasetSettings,
  isWritten: (key: string) => boolean,
  report: ReportKey,
): void {
  if (code !== undefined) return;
  if (assign !== "point" && uncertainty === undefined) {
    report("assign", `${assign} needs uncertainty: the column of the radius in metres`);
  }
  if (assign === "fraction" && measure !== "records") {
    report(
      "assign",
      `fraction shares a record among cells, so that only measure: records can be counted, not ${measure}; use assign: random`,
    );
  }
  if (assign === "fraction" && expand !== undefined) {
    report("expand", "can't be used together with assign: fraction; use assign: random", "key");
  }
  if (isWritten("seed") && assign !== "random") report("seed", "used only with assign: random", "key");
}

/** Columns that the table of records has of its own. */
const recordColumns = ["record", "cell", "x", "y", "species"];

function checkKeep({ keep = [], species }: DatasetSettings, report: ReportKey): void {
  const seen = new Set<string>();
  for (const name of keep) {
    const lower = name.trim().toLowerCase();
    if (seen.has(lower)) report("keep", `${name} is listed twice`);
    seen.add(lower);
    if (recordColumns.includes(lower) && name !== species) {
      report("keep", `the table of records has a column ${lower} of its own`);
    }
  }
}

function describeKind(kind: DatasetKind): string {
  return kind === "raster" ? "rasters" : kind;
}
