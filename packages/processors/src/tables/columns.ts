import { nearest, type DatasetConfig } from "@quadrat/core";
import { usageError } from "./faults.js";

/** The measures of a table of points. */
const tableMeasures = ["records", "species", "presence", "mean", "sum", "min", "max", "median"] as const;

export type TableMeasure = (typeof tableMeasures)[number];

/** Positions of the columns that a dataset needs, counted from 0. */
export interface NeededColumns {
  readonly x: number;
  readonly y: number;
  /** The column of the value or the species, if the measure has one. */
  readonly v: number | undefined;
}

/** The measure of a dataset. */
export function measureOf(file: string, { measure = "records" }: DatasetConfig): TableMeasure {
  const known = tableMeasures.find((name) => name === measure);
  if (known) return known;
  throw usageError(
    file,
    "measure",
    `a table of points has no measure "${measure}"`,
    `allowed: ${tableMeasures.join(", ")}`,
  );
}

/** Finds the columns that the dataset names among those that the file has. */
export function findColumns(file: string, names: readonly string[], dataset: DatasetConfig): NeededColumns {
  const { code } = dataset;
  const x = findColumn(file, names, dataset.x, code === undefined ? "x" : "code");
  const y = findColumn(file, names, dataset.y, code === undefined ? "y" : "code");
  const third = thirdColumn(file, names, dataset);
  return { x, y, v: third && findColumn(file, names, third.name, third.key) };
}

/** The column from which the dataset's measure is computed, with the key that names it. */
export function thirdColumn(
  file: string,
  names: readonly string[],
  dataset: DatasetConfig,
): { readonly name: string; readonly key: "species" | "value" } | undefined {
  const measure = measureOf(file, dataset);
  if (measure === "records" || measure === "presence") return undefined;
  const key = measure === "species" ? "species" : "value";
  const name = dataset[key] ?? (key === "species" ? defaultSpecies(names) : undefined);
  if (name !== undefined) return { name, key };
  throw usageError(
    file,
    "measure",
    `measure: ${measure} needs \`${key}:\``,
    `name the column; the file has ${listColumns(names)}`,
  );
}

/** The terms of Darwin Core that name a record's species, the first that a table has; GBIF fills `species` in its downloads. */
export const speciesTerms = ["species", "scientificName"] as const;

/** The column of the species if the dataset does not name one. */
export function defaultSpecies(names: readonly string[]): string {
  return speciesTerms.find((term) => hasColumn(names, term)) ?? speciesTerms[0];
}

/** Whether the file has a column of that name, found as {@link findColumns} does. */
export function hasColumn(names: readonly string[], wanted: string): boolean {
  return matchColumns(names, wanted).length > 0;
}

/** Positions of the coordinate columns, undefined if one is missing; of several with the same name the first. */
export function findCoordinates(
  names: readonly string[],
  { x, y }: DatasetConfig,
): readonly [x: number, y: number] | undefined {
  const [atX] = matchColumns(names, x);
  const [atY] = matchColumns(names, y);
  return atX === undefined || atY === undefined ? undefined : [atX, atY];
}

export function findColumn(file: string, names: readonly string[], wanted: string, key: string): number {
  const [first, second] = matchColumns(names, wanted);
  if (first === undefined) {
    const near = nearest(wanted, names);
    const suggestion = near === undefined ? "" : `did you mean "${near}"? `;
    throw usageError(
      file,
      key,
      `column "${wanted}" does not exist`,
      `${suggestion}the file has ${listColumns(names)}`,
    );
  }
  if (second === undefined) return first;
  const found = matchColumns(names, wanted);
  const columns = found.map((index) => index + 1);
  const called = found.map((index) => names[index]!.trim());
  const alike = new Set(called.map((name) => name.toLowerCase())).size === 1;
  const fault = alike
    ? `are both called "${called[0]!}"`
    : `are both of the term "${wanted.trim()}": ${called.map((name) => `"${name}"`).join(", ")}`;
  throw usageError(
    file,
    key,
    `columns ${columns.join(" and ")} ${fault}`,
    alike ? "rename one of these columns in the file" : "give one of these names in full",
  );
}

/**
 * Positions by the exact name, else without the spaces around it, else in any case, else by the term: `dwc:eventDate` and
 * `http://rs.tdwg.org/dwc/terms/eventDate` are `eventDate`.
 */
export function matchColumns(names: readonly string[], wanted: string): number[] {
  if (wanted.trim() === "") return [];
  const same: ((name: string) => boolean)[] = [
    (name) => name === wanted,
    (name) => name.trim() === wanted.trim(),
    (name) => name.trim().toLowerCase() === wanted.trim().toLowerCase(),
    (name) => termOf(name) === termOf(wanted),
  ];
  for (const test of same) {
    const found = names.flatMap((name, index) => (test(name) ? [index] : []));
    if (found.length > 0) return found;
  }
  return [];
}

/** The last part of a term with a prefix or of its address; any other name as it is. In lower case. */
function termOf(name: string): string {
  const [, term = name] = /^\s*(?:https?:\/\/\S*[/#]|[a-z][\w.-]*:)(\w+)\s*$/i.exec(name) ?? [];
  return term.trim().toLowerCase();
}

/** Names of columns as they are listed in a message. */
export function listColumns(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => (name.length > 60 ? `${name.slice(0, 60)}...` : name));
  return `${shown.map((name) => JSON.stringify(name)).join(", ")}${names.length > 20 ? ` and ${names.length - 20} more` : ""}`;
}
