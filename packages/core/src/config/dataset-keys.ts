import * as z from "zod";
import { datePattern } from "./dates.js";
import { allowed, crs, finite, flag, integer, key, method, oneOf, text } from "./keys.js";
import {
  assignments,
  checkSets,
  quotings,
  resamplingMethods,
  timeGroups,
  timeStatistics,
  type CheckName,
} from "./types.js";

/** Numbers that mean no value, by column. */
export interface NodataByColumn {
  readonly x?: number | readonly number[];
  readonly y?: number | readonly number[];
  readonly value?: number | readonly number[];
}

const nodataColumns: readonly string[] = ["x", "y", "value"] satisfies (keyof NodataByColumn)[];

const isNumbers = (value: unknown): boolean =>
  typeof value === "number" ||
  (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "number"));

const isByColumn = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.entries(value).length > 0 &&
  Object.entries(value).every(([name, one]) => nodataColumns.includes(name) && isNumbers(one));

const nodataValue = z.custom<number | null | readonly number[] | NodataByColumn>(
  (value) => value === null || isNumbers(value) || isByColumn(value),
);

const isClass = (value: unknown): boolean => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;

const isClassGroups = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(
    (one) => isClass(one) || (Array.isArray(one) && one.length > 0 && one.every(isClass)),
  );

const classGroups = z.custom<Readonly<Record<string, number | readonly number[]>>>(isClassGroups);

const thens = ["flag", "drop", "off"] as const;

const then = oneOf(
  thens,
  "flag (default): a record that fails is used, and listed. drop: it is left out. off: it is not checked.",
).optional();
const checkPath = (what: string) =>
  text(
    `${what}, relative to the configuration file, instead of Quadrat's own.`,
    "the path of a file",
  ).optional();
const metres = (description: string) =>
  key(finite.gte(0), { description, allowed: "metres, 0 or more" }).optional();
const column = (description: string) => text(description, "the name of a column").optional();

/** A check, switched by a word, or a mapping with its options. */
function check(options: Readonly<Record<string, z.ZodType>>, description: string) {
  const names = ["then", ...Object.keys(options)];
  const mapping = z.strictObject({ then, ...options });
  allowed.add(mapping, { text: "a mapping" });
  return key(z.union([z.enum(thens), mapping]), {
    description,
    allowed: `${thens.join(", ")}, or a mapping with ${names.join(", ")}`,
    names: [...thens],
  }).optional();
}

const places = (what: string, within: number) =>
  check(
    {
      path: checkPath("A table of places with coordinates"),
      within: metres(`Distance in metres up to which a record counts as being there. Default: ${within}.`),
    },
    `Records at ${what}.`,
  );

const checks = {
  equal: check({}, "Records whose longitude and latitude are the same number."),
  zero: check({}, "Records one of whose coordinates is exactly zero."),
  duplicates: check({}, "Records of the same species, place and date as an earlier one."),
  rounded: check(
    {
      to: key(finite.gt(0), {
        description: "The multiple. Default: 0.5.",
        allowed: "a number above 0",
      }).optional(),
    },
    "Records both of whose coordinates are multiples of a number.",
  ),
  uncertainty: check(
    {
      column: column("The column of the uncertainty in metres. Default: coordinateUncertaintyInMeters."),
      above: metres("The highest uncertainty that passes. Default: 10000."),
    },
    "Records whose uncertainty is too large.",
  ),
  country: check(
    {
      path: checkPath("Polygons of countries (GeoJSON) with a property ISO_A2"),
      column: column("The column of the country's code of two letters. Default: countryCode."),
      within: metres("Distance in metres from the country up to which a record passes."),
    },
    "Records outside of the country that their code names.",
  ),
  swapped: check(
    {
      path: checkPath("Polygons of countries (GeoJSON) with a property ISO_A2"),
      within: metres("Distance in metres from the country up to which a record passes."),
      column: column("The column of the country's code of two letters. Default: countryCode."),
    },
    "Records outside of their country that would be inside it with longitude and latitude swapped, or another sign.",
  ),
  sea: check(
    {
      path: checkPath("Polygons of the land (GeoJSON)"),
      within: metres("Distance in metres from the land up to which a record passes."),
    },
    "Records that are not on land.",
  ),
  centroids: places("the centre of a country or province", 1000),
  capitals: places("a capital", 10000),
  institutions: places("an institution that keeps collections", 100),
  outliers: check(
    {
      distance: key(finite.gte(1), {
        description:
          "Distance in metres from the nearest other place up to which a record passes. Default: 1000000.",
        allowed: "metres, 1 or more",
      }).optional(),
      min_places: integer(
        2,
        2 ** 31 - 1,
        "The number of different places below which a species has no outliers. Default: 7.",
      ).optional(),
    },
    "Records far from all other places of their species.",
  ),
} satisfies Record<CheckName, z.ZodType>;

const checksMapping = z.strictObject(checks);
allowed.add(checksMapping, { text: "a mapping of checks" });

const bandNumber = z.number().int().min(1).max(65535);
const bandOrName = z.union([bandNumber, z.string().min(1)]);
const bandMapping = z.record(z.string().regex(/\S/), bandOrName).refine((map) => Object.keys(map).length > 0);

const date = (description: string) =>
  key(z.union([z.number().int().min(1000).max(9999), z.string().regex(datePattern)]), {
    description,
    allowed: "a date such as 1991, 1991-01, 1991-01-31 or 1991-01-31T12:00",
    type: ["string", "number"],
  }).optional();

const time = z.strictObject({
  from: date("The first date, which is included."),
  to: date("The last date, which is included: 1992-02 means all of February."),
  by: oneOf(
    timeGroups,
    "step (default): a column for each step. month, season, year: a column for each month of the year, each season, each year. all: one column.",
  ).default("step"),
  statistic: oneOf(
    timeStatistics,
    "What is computed from the resampled values of the steps of a group: mean (default), sum, min, max, or stdev, divided by n.",
  ).optional(),
  then: oneOf(
    timeStatistics,
    "What is computed from the values of all groups, which become one column.",
  ).optional(),
  complete: flag(
    "Whether a group has no value in a cell where one of its steps has none. Default: false, which skips such steps.",
  ).optional(),
});
allowed.add(time, { text: "a mapping with from, to, by, statistic, then, complete" });

/** The keys of one entry of `datasets:`. */
export const datasetKeys = {
  path: text(
    "The input, relative to the configuration file.",
    "the path of a file, unless sql is given",
  ).optional(),
  sql: text(
    "Instead of a path: a SELECT from other datasets that returns `cell` and `value`.",
    "a SELECT from other datasets",
  ).optional(),
  kind: oneOf(
    ["raster", "occurrences", "ranges"],
    "What the input is. Default: by the file's ending.",
  ).optional(),
  source: text(
    "A source by name, instead of the one for the file's ending.",
    "the name of a source",
  ).optional(),
  options: key(z.record(z.string(), z.unknown()), {
    description: "Options of the source, checked by it.",
    allowed: "a mapping",
  }).optional(),
  type: oneOf(
    ["continuous", "categorical", "count"],
    "What the values are. It decides how they are resampled unless `resample` is given.",
  ).default("continuous"),
  band: integer(1, 65535, "Band of the raster, counted from 1.").default(1),
  bands: key(z.union([z.literal("all"), z.array(bandOrName).min(1), bandMapping]), {
    description:
      "Several bands, each a column named <dataset>_<its description, else its number>: all, a list of numbers or descriptions, or a mapping from names to these.",
    allowed: "all, a list such as [1, 3], or a mapping such as {sand: 1, clay: 3}",
    names: ["all"],
    type: ["string", "array", "object"],
  }).optional(),
  variable: text("The variable of a file that has several.", "the name of a variable").optional(),
  select: key(
    z.record(
      z.string().min(1),
      z.union([z.number().int().min(0), z.strictObject({ value: z.union([finite, z.string().min(1)]) })]),
    ),
    {
      description:
        "Where to stand in dimensions other than x, y and time: by dimension, a position from 0, or {value: ...} of its coordinate.",
      allowed: "a mapping such as {depth: 0} or {depth: {value: 50}}",
      type: "object",
    },
  ).optional(),
  time: key(time, {
    description:
      "Which steps in time of a NetCDF, HDF5 or Zarr variable, or of files with dates in their names such as tas_{YYYY}-{MM}.tif, become which columns.",
    allowed: "a mapping with from, to, by, statistic, then, complete",
  }).optional(),
  resample: method(
    [...resamplingMethods, "nearest"],
    "Resampling method, as GDAL names it, a further statistic, or a plugin's; {use: name, ...options} to give it options. A list makes a column of each, named <dataset>_<method>. Default: by `type`; average or bilinear, mode, sum.",
  ).optional(),
  classes: key(classGroups, {
    description:
      "With resample: fractions, the columns: a name, and the class or classes that it stands for. Default: a column for each class, named by its number.",
    allowed: "a mapping of names to a whole number or a list of them, such as {forest: [10, 20], crops: 30}",
    type: ["object"],
  }).optional(),
  nodata: key(nodataValue, {
    description:
      "Value that means no value. Rasters: instead of the file's own; null: ignore the file's. Tables: a number, a list, or {x, y, value} with one of these each.",
    allowed:
      "a number, or null to ignore a raster's own; for a table also a list, or {x: ..., y: ..., value: ...}",
    type: ["number", "null", "array", "object"],
  }).optional(),
  alpha: oneOf(
    ["mask", "ignore"],
    "mask (default): pixels where the raster's alpha band is 0 have no value. ignore: they are read like any others.",
  ).optional(),
  crs: crs("CRS of the input, instead of the file's own.").optional(),
  scaled: flag("Apply the file's scale and offset.").default(true),
  overviews: oneOf(
    ["none", "auto"],
    "none: full resolution always. auto: interpolating methods may read the coarsest overview that is still finer than the grid, which is faster and gives different values.",
  ).default("none"),
  dtype: oneOf(
    ["float32", "float64"],
    "Type of the column. Default: the file's own for methods that choose a value, float64 for those that compute one.",
  ).optional(),
  fill: key(finite, {
    description: "Value put in place of NULL in the cells that the join keeps.",
    allowed: "a number",
  }).optional(),
  x: text(
    "Column of the x coordinate (longitude). Default: decimalLongitude.",
    "the name of a column",
  ).optional(),
  y: text(
    "Column of the y coordinate (latitude). Default: decimalLatitude.",
    "the name of a column",
  ).optional(),
  code: text(
    "Instead of x and y: column of the codes of grid cells (EEA reference grid, extended quarter degree grid, MGRS). A record is at the centre of its cell.",
    "the name of a column",
  ).optional(),
  uncertainty: text(
    "Column of the radius in metres within which a record is, for assign.",
    "the name of a column",
  ).optional(),
  assign: oneOf(
    assignments,
    "What becomes of a record with an uncertainty. point (default): it is where its coordinates are. random: a place drawn from its circle. fraction: each cell counts the share of the circle's area that it holds.",
  ).optional(),
  seed: integer(0, 2 ** 53 - 1, "Chooses the places that assign: random draws. Default: 0.").optional(),
  species: text(
    "Column of the species' names. Default for occurrences: species, then scientificName.",
    "the name of a column",
  ).optional(),
  measure: oneOf(
    ["records", "species", "presence", "coverage", "value", "mean", "sum", "min", "max", "median"],
    "What is computed in each cell. Occurrences: records (default), species, presence, or mean, sum, min, max, median of `value`. Ranges: species, presence, coverage, value.",
  ).optional(),
  value: text("Column from which `measure` is computed.", "the name of a column").optional(),
  weights: oneOf(
    ["coverage"],
    "Ranges, measure: value: a further column, <dataset>_weight: the fraction of the cell that the polygon of the value covers.",
  ).optional(),
  rule: oneOf(
    ["centre", "touched", "coverage"],
    "Ranges: which cells belong to a polygon: those whose centre it contains, all that it touches, or by coverage fraction.",
  ).optional(),
  layer: text("Ranges: the layer of a file that has several.", "the name of a layer").optional(),
  threshold: key(finite.gt(0).lte(1), {
    description:
      "Ranges, rule: coverage: the fraction of a cell from which on it belongs to a polygon. Default: 0.5, for measure: value any.",
    allowed: "a number above 0, at most 1",
  }).optional(),
  invalid: oneOf(
    ["repair", "refuse"],
    "Ranges: what becomes of rings that cross or touch themselves. repair (default): what an odd number of edges surrounds is inside. refuse: the run ends.",
  ).optional(),
  expand: oneOf(["species"], "A column per species, named <dataset>_<species>.").optional(),
  top: integer(
    1,
    1_000_000,
    "With expand: only columns of so many species, those with the most records on the grid.",
  ).optional(),
  min_records: integer(
    1,
    1_000_000_000,
    "With expand: only columns of species with at least so many records on the grid.",
  ).optional(),
  by: oneOf(
    ["year", "decade"],
    "Occurrences: a column per year or decade, named <dataset>_<year>: that of the column year, else of eventDate.",
  ).optional(),
  where: text(
    "Occurrences, ranges: a SQL condition on the columns of the input. Records for which it is not true are left out.",
    "a SQL condition",
  ).optional(),
  keep: key(z.array(text("A column of the input.", "the name of a column")).min(1), {
    description: 'Occurrences: columns of the input to keep in the table records."<dataset>" of the store.',
    allowed: "a list of columns such as [year, basisOfRecord]",
  }).optional(),
  checks: key(z.union([z.enum(checkSets), checksMapping]), {
    description:
      "Occurrences: which doubtful records are flagged or left out: standard (default), strict, none, or a mapping of checks, of which those that are not named are off.",
    allowed: `${checkSets.join(", ")}, or a mapping of checks: ${Object.keys(checks).join(", ")}`,
    names: [...checkSets],
  }).optional(),
  rejected: flag("Occurrences: write the records that were left out to <name>.rejected.csv.").optional(),
  derived_dataset: flag(
    "Occurrences: write <name>.<dataset>.derived_dataset.csv with the records used by datasetKey, as GBIF wants for a derived dataset.",
  ).optional(),
  delimiter: key(z.string().length(1), {
    description: "Character between the fields of a text table. Default: found from the file.",
    allowed: 'one character, such as ";" or "\\t"',
  }).optional(),
  decimal: oneOf([".", ","], "Decimal mark of a text table. Default: a point.").optional(),
  encoding: text(
    "Encoding of a text table, or of the table of a shapefile. Default: UTF-8, or what the byte order mark says; of a shapefile what it states.",
    "an encoding such as utf-8",
  ).optional(),
  quoting: oneOf(
    quotings,
    "Quoting in a text table. auto (default): decided from the whole file. none: a quote is a character like any other. double: a quote inside a quoted field is written twice. backslash: a backslash makes the next character an ordinary one.",
  ).optional(),
  skip: integer(0, 1_000_000, "Number of lines before the header of a text table.").optional(),
  comment: key(z.string().regex(/^[^\0\r\n"]{1,16}$/), {
    description:
      "How comment lines of a text table begin. Default: none; # if the header follows such lines.",
    allowed: 'one to 16 characters, such as "#", without quotes and line breaks',
  }).optional(),
  strict: flag("Refuse a table at its first record that can't be used, instead of counting it.").default(
    false,
  ),
};
