import type { ResamplingDefinition } from "@quadrat/core";
import type { ResamplingMethod } from "@quadrat/core/host";

const descriptions: Readonly<Record<ResamplingMethod, string>> = {
  near: "the pixel at the cell's centre",
  bilinear: "interpolated from 2 x 2 pixels",
  cubic: "interpolated from 4 x 4 pixels",
  cubicspline: "smoothed over 4 x 4 pixels",
  lanczos: "interpolated from 6 x 6 pixels",
  average: "the mean, weighted by area",
  rms: "the root mean square, weighted by area",
  mode: "the value with the largest area",
  min: "the smallest value",
  max: "the largest value",
  med: "the median",
  q1: "the first quartile",
  q3: "the third quartile",
  sum: "the sum, pixels weighted by their coverage fraction",
  count: "the number of pixels with a value",
  coverage: "the fraction of the cell's area that has a value",
  stdev: "the standard deviation, weighted by area",
  variance: "the variance, weighted by area",
  variety: "the number of different values",
  fractions: "the fraction of the cell's area that has each class, a column per class",
};

/** GDAL's methods and further statistics, which the resample stage implements itself. */
export const gdalMethods: readonly ResamplingDefinition[] = Object.entries(descriptions).map(
  ([name, description]) => ({ name, description }),
);
