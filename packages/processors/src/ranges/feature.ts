import type { Bounds } from "@quadrat/core";

/** An attribute of the features. */
export interface Field {
  readonly name: string;
  /** How DuckDB holds it; values come as numbers, texts and booleans accordingly, and bigint for BIGINT. */
  readonly type: "VARCHAR" | "DOUBLE" | "BIGINT" | "BOOLEAN";
}

export type FieldValue = string | number | bigint | boolean | null;

/** The rings of a feature, one after another; none repeats its first point. */
export interface Rings {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** For each ring the number of its first point, and at last the number of all points. */
  readonly starts: Int32Array;
  /** For each ring whether it is the outline of a polygon or a hole in it; undefined if the format does not tell. */
  readonly outlines: readonly boolean[] | undefined;
}

/** What a feature has instead of an area, or beside it. */
export type Other = "null" | "empty" | "point" | "line";

export interface Feature {
  /** Its number in the input, from 1. */
  readonly position: number;
  /** Undefined if it has no polygon. */
  readonly rings: Rings | undefined;
  /** Why it has none, or what it holds beside its polygons. */
  readonly others: readonly Other[];
  /** The values of the requested fields, in their order. */
  readonly values: readonly FieldValue[];
}

/** What is read of the features. */
export interface FeatureRequest {
  /** Positions in the reader's `fields`. */
  readonly fields: readonly number[];
  /** Features that lie outside of all of them may be left out; in the input's coordinates. */
  readonly windows?: readonly Bounds[] | undefined;
  readonly signal: AbortSignal;
}

/** A layer of polygons, read feature by feature, as often as needed. */
export interface FeatureReader {
  readonly file: string;
  readonly fields: readonly Field[];
  /** Undefined if the input does not state it. */
  readonly crs: string | undefined;
  /** The files that the features come from. */
  readonly files: readonly string[];
  readonly warnings: readonly string[];
  features(request: FeatureRequest): AsyncIterable<Feature>;
  close(): Promise<void>;
}

/** What a dataset says about its input, for the formats. */
export interface FormatRequest {
  readonly path: string;
  readonly layer: string | undefined;
  readonly encoding?: string | undefined;
}
