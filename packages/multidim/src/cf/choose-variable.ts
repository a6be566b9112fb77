import { basename } from "node:path";
import { nearest } from "@quadrat/core/base";
import { fault } from "../fault.js";
import { shownName, signature, type Container, type Variable } from "../model.js";
import { axesOf, isX, isY, kindOf } from "./axes.js";
import { groupOf } from "../model.js";
import { lookUp, namesIn } from "./scope.js";

/** A variable of numbers. */
export type Layered = Variable & { readonly type: NonNullable<Variable["type"]> };

/**
 * The variable of a name, or without a name the only one that is a raster.
 * @throws QuadratError of kind "input" that names the ones there are
 */
export function chooseVariable(container: Container, name: string | undefined): Layered {
  const { path, variables } = container;
  const file = basename(path);
  const layers = layersOf(container);
  const names = layers.map((layer) => shownName(layer.path));
  const there =
    names.length === 0 ? "it has no variable of two or more dimensions" : `there are ${names.join(", ")}`;
  if (name === undefined) {
    const placed = layers.filter((layer) => {
      const axes = axesOf(container, layer);
      return axes.some(isX) && axes.some(isY);
    });
    const fitting = placed.length > 0 ? placed : layers;
    if (fitting.length === 1) return fitting[0]!;
    if (fitting.length === 0) throw fault(path, `${file} has no raster: ${there}`, { key: "path" });
    throw fault(path, `${file} has several variables: ${fitting.map(signature).join(", ")}`, {
      hint: `choose one with \`variable: ${shownName(fitting[0]!.path)}\``,
      key: "variable",
    });
  }
  const plain = name.replace(/^\/+/, "");
  const found = variables.find((variable) => variable.path === plain);
  if (!found) {
    const near = nearest(name, names);
    throw fault(path, `${file} has no variable ${name}: ${there}`, {
      key: "variable",
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    });
  }
  const problem = problemOf(found);
  if (problem !== undefined)
    throw fault(path, `${shownName(found.path)} ${problem}: ${there}`, { key: "variable" });
  return found as Layered;
}

function problemOf({ type, typeName, shape }: Variable): string | undefined {
  if (type === undefined) return `is ${typeName}, not numbers`;
  if (shape.length === 0) return "is a single value, not a raster";
  return shape.length === 1 ? "has one dimension, and a raster two" : undefined;
}

/** The variables that could be rasters: neither bounds nor coordinates. */
function layersOf(container: Container): Layered[] {
  const { variables } = container;
  const beside = new Set<Variable>();
  for (const { path, attributes } of variables) {
    for (const list of ["bounds", "climatology", "coordinates"]) {
      for (const name of namesIn(attributes.get(list))) {
        const named = lookUp(container, groupOf(path), name);
        if (named) beside.add(named);
      }
    }
  }
  return variables.filter((variable): variable is Layered => {
    const kind = kindOf(variable.attributes);
    const isPlace = kind === "longitude" || kind === "latitude";
    return problemOf(variable) === undefined && !beside.has(variable) && !isPlace;
  });
}
