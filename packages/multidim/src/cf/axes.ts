import { textOf, type Attributes, type Container, type Dimension, type Variable } from "../model.js";
import { coordinatesOf } from "./scope.js";
import { isTimeUnits } from "./time.js";

export type AxisKind = "longitude" | "latitude" | "x" | "y" | "time" | "other";

/** A dimension of a variable, with what its coordinates say it is. */
export interface Axis {
  readonly dimension: Dimension;
  /** Its position among the dimensions of the variable. */
  readonly position: number;
  readonly kind: AxisKind;
  readonly coordinates: Variable | undefined;
}

const standardNames: Readonly<Record<string, AxisKind>> = {
  longitude: "longitude",
  latitude: "latitude",
  projection_x_coordinate: "x",
  projection_y_coordinate: "y",
  projection_x_angular_coordinate: "x",
  projection_y_angular_coordinate: "y",
  grid_longitude: "x",
  grid_latitude: "y",
  time: "time",
};

const axisAttributes: Readonly<Record<string, AxisKind>> = { X: "x", Y: "y", T: "time" };

/** What coordinates are, by standard_name, units or axis. */
export function kindOf(attributes: Attributes): AxisKind {
  const standardName = textOf(attributes, "standard_name") ?? "";
  if (Object.hasOwn(standardNames, standardName)) return standardNames[standardName]!;
  const units = textOf(attributes, "units") ?? "";
  if (/^degrees?_?e(ast)?$/i.test(units)) return "longitude";
  if (/^degrees?_?n(orth)?$/i.test(units)) return "latitude";
  if (isTimeUnits(units)) return "time";
  const axis = textOf(attributes, "axis")?.toUpperCase() ?? "";
  return Object.hasOwn(axisAttributes, axis) ? axisAttributes[axis]! : "other";
}

/** The axes of a variable. Of several that are like time, the one that is called so counts. */
export function axesOf(container: Pick<Container, "variables">, variable: Variable): Axis[] {
  const axes = (variable.dimensions ?? []).map((dimension, position): Axis => {
    const coordinates = coordinatesOf(container, variable, dimension);
    const kind = coordinates ? kindOf(coordinates.attributes) : "other";
    // A time without units can't be read.
    const usable = kind !== "time" || isTimeUnits(textOf(coordinates!.attributes, "units"));
    return { dimension, position, kind: usable ? kind : "other", coordinates };
  });
  const times = axes.filter(({ kind }) => kind === "time");
  const time =
    times.find(({ coordinates }) => coordinates!.attributes.get("standard_name") === "time") ?? times[0];
  return axes.map((axis) => (axis.kind === "time" && axis !== time ? { ...axis, kind: "other" } : axis));
}

export function isX({ kind }: Axis): boolean {
  return kind === "longitude" || kind === "x";
}

export function isY({ kind }: Axis): boolean {
  return kind === "latitude" || kind === "y";
}
