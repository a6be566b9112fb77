import type { DatasetConfig } from "@quadrat/core";
import { checkNames, type CheckConfig, type CheckName, type Checks } from "@quadrat/core/host";
import type { FurtherRequests } from "../further.js";
import { speciesTerms } from "../columns.js";
import { sqlName } from "../measures/spread.js";
import { sqlIsMissing } from "../numbers.js";
import type { FurtherColumn } from "../reader.js";
import { filesOnDisk, findTableFiles } from "../table-files.js";
import { atlasVersion } from "./atlas.js";
import { duplicatesBy, type Comparison } from "./compare.js";
import { openCountries, openSwapped, sqlCountryNumber } from "./countries.js";
import { openPlaces, type PointTest } from "./places.js";
import { openLand } from "./land.js";
import { outliersBy } from "./outliers.js";

/** The verdicts of checks, as worded in the report. */
export const verdicts: Readonly<Record<CheckName, string>> = {
  equal: "longitude equals latitude",
  zero: "a coordinate is zero",
  duplicates: "duplicate",
  rounded: "rounded coordinates",
  uncertainty: "uncertainty too large",
  country: "outside of its country",
  swapped: "coordinates swapped or of the wrong sign",
  sea: "in the sea",
  centroids: "at the centroid of a country or province",
  capitals: "at a capital",
  institutions: "at an institution",
  outliers: "far from all other places of its species",
};

/** What a record has when it is checked: `x` and `y` as numbers, further columns, `name`, its species. */
export interface PlannedCheck {
  readonly name: CheckName;
  /** Whether records that fail it are left out. */
  readonly drop: boolean;
  /** A condition on one record, true if it fails. */
  readonly sql?: string;
  /** For points in longitude and latitude: the test, and what is said of a record that fails it. */
  readonly points?: PointTest;
  /** SQL of the INTEGER on which the test of points depends besides. */
  readonly value?: string;
  /** For checks that compare all records with each other. */
  readonly comparison?: Comparison;
  /** SQL of the text that explains the verdict of a record that fails, from the number with which it fails. */
  readonly detail?: (number: string) => string;
}

export interface CheckPlan {
  readonly checks: readonly PlannedCheck[];
  /** The files of places and polygons. */
  readonly files: readonly string[];
  /** Quadrat's own data that they depend on, with their version. */
  readonly references: readonly string[];
}

const sets: Readonly<Record<Exclude<Checks, object>, Readonly<Partial<Record<CheckName, CheckConfig>>>>> = {
  none: {},
  standard: { equal: { then: "flag" }, zero: { then: "flag" } },
  strict: {
    equal: { then: "drop" },
    zero: { then: "drop" },
    duplicates: { then: "drop" },
    rounded: { then: "flag" },
    uncertainty: { then: "drop" },
    swapped: { then: "drop" },
    country: { then: "flag" },
    sea: { then: "flag" },
    outliers: { then: "flag" },
  },
};

/** The files of places and polygons that a dataset's checks read, those of folders and patterns too. */
export async function checkFiles({ checks }: DatasetConfig): Promise<string[]> {
  if (checks === undefined || typeof checks === "string") return [];
  const paths = new Set(Object.values(checks).flatMap(({ path }) => (path === undefined ? [] : [path])));
  const files = await Promise.all(
    [...paths].map(async (path) => {
      // What is wrong with a path is said when it is opened.
      const found = await findTableFiles(path).catch(() => undefined);
      return found ? filesOnDisk(found.files) : [path];
    }),
  );
  return [...new Set(files.flat())];
}

/**
 * Prepares the checks of a dataset and reads their places and polygons.
 * @param inDegrees whether x and y are longitudes and latitudes
 * @throws QuadratError if the input lacks a column that a check needs, or a file of places can't be read
 */
export async function planChecks(
  dataset: DatasetConfig,
  inDegrees: boolean,
  requests: FurtherRequests,
): Promise<CheckPlan> {
  const { checks = "standard" } = dataset;
  const isSet = typeof checks === "string";
  const wanted = isSet ? sets[checks] : checks;
  const planned: PlannedCheck[] = [];
  for (const name of checkNames) {
    const check = wanted[name];
    if (!check) continue;
    const one = await planCheck(name, check, isSet, inDegrees, dataset, requests);
    if (one) planned.push({ name, drop: check.then === "drop", ...one });
  }
  return {
    checks: planned,
    files: await checkFiles(dataset),
    references: planned.some(({ name }) => ownPolygons.has(name) && wanted[name]?.path === undefined)
      ? [atlasVersion]
      : [],
  };
}

/** Checks that have polygons of their own. */
const ownPolygons: ReadonlySet<CheckName> = new Set(["country", "swapped", "sea"]);

type Planned = Omit<PlannedCheck, "name" | "drop">;

const defaultCode = "countryCode";
const defaultUncertainty = "coordinateUncertaintyInMeters";

async function planCheck(
  name: CheckName,
  { path, within, to = 0.5, column, above = 10_000, distance = 1_000_000, minPlaces = 7 }: CheckConfig,
  isSet: boolean,
  inDegrees: boolean,
  dataset: DatasetConfig,
  requests: FurtherRequests,
): Promise<Planned | undefined> {
  switch (name) {
    case "equal":
      return inDegrees ? { sql: "x = y", detail: () => "x::VARCHAR" } : undefined;
    case "zero":
      return inDegrees ? { sql: "x = 0 OR y = 0" } : undefined;
    case "duplicates":
      return {
        comparison: duplicatesBy(requests.find("eventDate"), sqlSpecies(dataset, requests)),
        detail: (first) => `'of record ' || ${first}`,
      };
    case "rounded":
      return {
        sql: `${isMultiple("x", to)} AND ${isMultiple("y", to)}`,
        detail: () => `'multiples of ${to}'`,
      };
    case "uncertainty": {
      const found = isSet
        ? requests.find(defaultUncertainty)
        : requests.need(column ?? defaultUncertainty, "checks.uncertainty.column");
      if (!found) return undefined;
      const value = sqlAsNumber(found);
      return { sql: `${value} > '${above}'::DOUBLE`, detail: () => `${value}::VARCHAR || ' m'` };
    }
    case "sea":
      return { points: await openLand(path, within) };
    case "centroids":
      return { points: await openPlaces(name, path, within ?? 1000) };
    case "capitals":
      return { points: await openPlaces(name, path, within ?? 10_000) };
    case "institutions":
      return { points: await openPlaces(name, path, within ?? 100) };
    case "outliers": {
      const rule = { distance, minPlaces, species: sqlSpecies(dataset, requests) };
      return {
        comparison: outliersBy(rule),
        detail: () => `'no other place within ${distance / 1000} km'`,
      };
    }
    case "country":
    case "swapped": {
      const code = isSet
        ? requests.find(defaultCode)
        : requests.need(column ?? defaultCode, `checks.${name}.column`);
      if (!code) return undefined;
      const points = await (name === "country" ? openCountries : openSwapped)(path, within);
      return {
        points,
        value: sqlCountryNumber(code.alias),
        ...(name === "country" && { detail: () => `'not in ' || ${code.alias}` }),
      };
    }
  }
}

/** The column of the species that the dataset names, or that the input has by its term. */
function speciesOf({ species }: DatasetConfig, requests: FurtherRequests): FurtherColumn | undefined {
  if (species !== undefined) return requests.need(species, "species");
  const term = speciesTerms.find((name) => requests.find(name) !== undefined);
  return term === undefined ? undefined : requests.find(term);
}

/** SQL of its name, NULL without one. */
function sqlSpecies(dataset: DatasetConfig, requests: FurtherRequests): string | undefined {
  const species = speciesOf(dataset, requests);
  return species && sqlName(dataset.path, species);
}

/** Whether a coordinate is a multiple, except for the rounding error of decimal fractions. */
function isMultiple(coordinate: string, of: number): string {
  const multiple = `round(${coordinate} / '${of}'::DOUBLE) * '${of}'::DOUBLE`;
  return `abs(${coordinate} - ${multiple}) <= 1e-12 * greatest(abs(${coordinate}), 1)`;
}

function sqlAsNumber({ alias, type }: FurtherColumn): string {
  return type === "VARCHAR"
    ? `CASE WHEN NOT ${sqlIsMissing(alias)} THEN TRY_CAST(${alias} AS DOUBLE) END`
    : `TRY_CAST(${alias} AS DOUBLE)`;
}
