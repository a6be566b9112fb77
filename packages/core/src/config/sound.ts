import * as z from "zod";
import type { SoundSettings } from "./checks.js";
import { datasetSchema, settingsSchema } from "./schema.js";
import type { Settings } from "./schema.js";
import { plainValue, treeAt } from "./tree.js";
import type { Path, Tree } from "./tree.js";
import { bare } from "./validate.js";

/** The names of all datasets, valid or not. */
export function datasetNames(tree: Tree): string[] {
  const datasets = treeAt(tree, ["datasets"]);
  return datasets?.kind === "map" ? [...datasets.entries.keys()] : [];
}

/**
 * The parts that are valid although others are not, so that problems between them are reported along with the
 * others.
 */
export function soundSettings(tree: Tree): SoundSettings {
  const part = <S extends z.ZodType>(schema: S, path: Path): z.output<S> | undefined => {
    const value = treeAt(tree, path);
    return schema.safeParse(value && plainValue(value)).data;
  };
  /** A whole section, or its valid keys. */
  const keys = <S extends z.ZodType>(schema: S, path: Path): Partial<z.output<S>> | undefined => {
    const whole = part(schema, path);
    const object = bare(schema);
    if (whole !== undefined || !(object instanceof z.ZodObject)) return whole;
    if (treeAt(tree, path)?.kind !== "map") return undefined;
    const found = Object.entries(object.shape as Readonly<Record<string, z.ZodType>>).map(
      ([key, inner]) => [key, part(inner, [...path, key])] as const,
    );
    return Object.fromEntries(found.filter(([, value]) => value !== undefined)) as Partial<z.output<S>>;
  };
  const datasets = datasetNames(tree).map((name) => [name, part(datasetSchema, ["datasets", name])] as const);
  const { grid, mask, cells, points, export: output, memory, plugins, offline } = settingsSchema.shape;
  return {
    grid: keys(grid, ["grid"]),
    datasets: Object.fromEntries(
      datasets.filter(([, dataset]) => dataset !== undefined),
    ) as Settings["datasets"],
    mask: part(mask, ["mask"]),
    cells: part(cells, ["cells"]),
    points: part(points, ["points"]),
    export: keys(output, ["export"]),
    memory: keys(memory, ["memory"]),
    plugins: part(plugins, ["plugins"]),
    offline: part(offline, ["offline"]),
  };
}
