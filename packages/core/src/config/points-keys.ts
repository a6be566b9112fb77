import * as z from "zod";
import { allowed, finite, flag, integer, key, oneOf, overrides, text } from "./keys.js";

/** The largest radius of a buffer, in metres. */
const largestBuffer = 1_000_000;

const most = 2 ** 31 - 1;

const buffer = z.strictObject({
  buffer: key(finite.gt(0).lte(largestBuffer), {
    description: "The mean of the pixels within so many metres of the record, weighted by their area inside.",
    allowed: `metres, above 0, at most ${largestBuffer}`,
  }),
});
allowed.add(buffer, { text: "a mapping such as {buffer: 5000}" });

const values = key(z.union([z.enum(["cell", "near", "bilinear"]), buffer]), {
  description:
    "cell (default): the values of the record's cell. near, bilinear: those of the rasters' own pixels under the record, or around it. {buffer: METRES}: the mean within a distance.",
  allowed: `cell, near, bilinear, or {buffer: METRES}, metres above 0, at most ${largestBuffer}`,
  names: ["cell", "near", "bilinear"],
}).optional();

const target = z.strictObject({
  target_group: text(
    "A dataset of kind occurrences: background is drawn from the cells in which it has records.",
    "the name of a dataset of kind occurrences",
  ),
});
allowed.add(target, { text: "a mapping such as {target_group: birds}" });

const seed = integer(0, most, "Another seed makes another choice. Default: 0.").optional();

/** The keys of `points.background`. */
const backgroundKeys = {
  count: integer(1, most, "The number of background cells; all there are if there are fewer."),
  seed,
  from: key(z.union([z.literal("cells"), target]), {
    description:
      "cells (default): the cells of the merged table. {target_group: NAME}: those of them in which another dataset has records.",
    allowed: "cells, or {target_group: NAME}",
    names: ["cells"],
  }).optional(),
  allow_presence: flag("Whether a cell that has a record may be background too. Default: false.").optional(),
  weight: oneOf(
    ["cell", "area"],
    "cell (default): every cell is equally likely. area: by its area.",
  ).optional(),
};

/** The keys of `points.folds`. */
const foldKeys = {
  count: integer(2, 1000, "The number of folds."),
  block: key(finite.gt(0), {
    description: "The edge of the square blocks of which folds are made, in metres.",
    allowed: "metres, above 0",
  }),
  seed,
};

function mapping<S extends Readonly<Record<string, z.ZodType>>>(
  shape: S,
  description: string,
  example: string,
) {
  const object = z.strictObject(shape).meta({ description });
  allowed.add(object, { text: `a mapping such as ${example}` });
  return object;
}

const descriptions = {
  points:
    "A second table: a row per record, and per background cell, with the values of every dataset there.",
  background: "Cells without records, as rows with presence 0.",
  folds: "Numbers of folds for cross-validation, by spatial blocks.",
};

const ownKeys = {
  records: text(
    "A dataset of kind occurrences, whose records become rows.",
    "the name of a dataset of kind occurrences",
  ),
  values,
  thin: oneOf(["cell"], "cell: of the records of a species in a cell only the first is used.").optional(),
};

const background = mapping(backgroundKeys, descriptions.background, "{count: 10000, seed: 1}");
const folds = mapping(foldKeys, descriptions.folds, "{count: 5, block: 200000}");

/** `points:` of a configuration. */
export const pointsSchema = mapping(
  { ...ownKeys, background: background.nullish(), folds: folds.nullish() },
  descriptions.points,
  "{records: sloths}",
);

/** `points:` of an experiment. */
export const pointsOverrides = overrides({
  ...ownKeys,
  background: overrides(backgroundKeys),
  folds: overrides(foldKeys),
});
