/** What the page's script reads, and tests compare: the numbers of the page as JSON. */
export interface PageData {
  readonly grid: {
    readonly crs: string;
    readonly width: number;
    readonly height: number;
    readonly bounds: readonly number[];
  };
  readonly rows: number;
  readonly pixel: { readonly cells: number; readonly width: number; readonly height: number };
  readonly columns: readonly PageColumn[];
  readonly correlations:
    { readonly columns: readonly string[]; readonly r: readonly (number | null)[] | string } | undefined;
  readonly run: {
    readonly limit: number | null;
    readonly thresholds: readonly { readonly name: string; readonly share: number }[];
    readonly samples: readonly (readonly [at: number, used: number])[];
    readonly decisions: readonly { readonly at: number; readonly used: number; readonly action: string }[];
    readonly stages: readonly { readonly name: string; readonly seconds: number }[];
  };
}

export interface PageColumn {
  readonly name: string;
  readonly type: string;
  readonly values: number;
  readonly nulls: Readonly<Record<string, number>>;
  /** What is missing in a cell without a value, if the dataset is not a raster. */
  readonly missing: string;
  readonly min?: number;
  readonly max?: number;
  readonly minCell?: number;
  readonly maxCell?: number;
  readonly mean?: number;
  readonly stdev?: number | undefined;
  readonly quartiles?: readonly number[];
  readonly histogram?: readonly number[];
  readonly classes?: readonly (readonly [number, number])[] | undefined;
  /** Of texts: what the values of the map and of the classes stand for. */
  readonly names?: readonly string[];
  /** Absent on pages that would be too large with it. */
  readonly map?: PackedMap;
}

/** The values of a map as a page holds them: compressed numbers, little-endian, in base 64. */
export interface PackedMap {
  /** f32, f64: the values, NaN for none; u16: steps from min to max, 65535 for none. */
  readonly as: "f32" | "f64" | "u16";
  readonly min: number;
  readonly max: number;
  readonly data: string;
  /** A byte per pixel, as in ColumnMap; absent if all are 0. */
  readonly why: string | undefined;
}
