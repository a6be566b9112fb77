import type { ColumnType, DatasetConfig } from "@quadrat/core";
import { findColumn } from "../tables/columns.js";
import { planFurther, requestColumns, type FurtherPlan } from "../tables/further.js";
import type { FeatureReader } from "./feature.js";

export type RangeMeasure = "species" | "presence" | "coverage" | "value" | "weight";
export type RangeRule = "centre" | "touched" | "coverage";

/** What a dataset of polygons becomes. */
export interface RangePlan {
  readonly measure: RangeMeasure;
  readonly rule: RangeRule;
  /** The fraction of a cell from which on it belongs to a polygon, under the rule of coverage. */
  readonly threshold: number;
  readonly invalid: "repair" | "refuse";
  readonly expand: boolean;
  /** The fields that are read. */
  readonly fields: readonly number[];
  /** Positions among them. */
  readonly species: number | undefined;
  readonly value: number | undefined;
  readonly where: FurtherPlan["where"];
  readonly dataType: ColumnType;
}

/** @throws QuadratError if the input lacks a field that the dataset names, or its condition does not fit */
export async function planRanges(reader: FeatureReader, dataset: DatasetConfig): Promise<RangePlan> {
  const { file, fields } = reader;
  const names = fields.map(({ name }) => name);
  const measure = (dataset.measure ?? "presence") as RangeMeasure;
  const requests = requestColumns(file, fields);
  const { species: _species, keep: _keep, ...rest } = dataset;
  const { where } = await planFurther(file, fields, rest, requests);
  const wanted = requests.columns.map(({ name }) => names.indexOf(name));
  const want = (name: string | undefined, key: string): number | undefined => {
    if (name === undefined) return undefined;
    const index = findColumn(file, names, name, key);
    if (!wanted.includes(index)) wanted.push(index);
    return wanted.indexOf(index);
  };
  const species = want(dataset.species, "species");
  const isOfLargest = measure === "value" || measure === "weight";
  const value = isOfLargest ? want(dataset.value, "value") : undefined;
  return {
    measure,
    rule: dataset.rule ?? "centre",
    threshold: dataset.threshold ?? (isOfLargest ? 0 : 0.5),
    invalid: dataset.invalid ?? "repair",
    expand: dataset.expand !== undefined,
    fields: wanted,
    species,
    value,
    where,
    dataType: dataTypeOf(measure, value === undefined ? undefined : fields[wanted[value]!]!.type),
  };
}

function dataTypeOf(
  measure: RangeMeasure,
  type: FeatureReader["fields"][number]["type"] | undefined,
): ColumnType {
  if (measure === "species") return "uint32";
  if (measure === "presence") return "uint8";
  if (measure === "coverage" || measure === "weight" || type === undefined) return "float64";
  return ({ VARCHAR: "text", DOUBLE: "float64", BIGINT: "int64", BOOLEAN: "uint8" } as const)[type];
}
