import type * as z from "zod";
import type { SoundSettings } from "./checks.js";
import { datasetSchema, settingsSchema } from "./schema.js";
import type { Settings } from "./schema.js";
import { plainValue, treeAt } from "./tree.js";
import type { Path, Tree } from "./tree.js";

/** The names of all datasets, sound or not. */
export function datasetNames(tree: Tree): string[] {
  const datasets = treeAt(tree, ["datasets"]);
  return datasets?.kind === "map" ? [...datasets.entries.keys()] : [];
}

/** The parts that hold although others do not, so that their faults are told along with the others'. */
export function soundSettings(tree: Tree): SoundSettings {
  const part = <S extends z.ZodType>(schema: S, path: Path): z.output<S> | undefined => {
    const value = treeAt(tree, path);
    return schema.safeParse(value && plainValue(value)).data;
  };
  const datasets = datasetNames(tree).map((name) => [name, part(datasetSchema, ["datasets", name])] as const);
  const { grid, export: output, memory, plugins } = settingsSchema.shape;
  return {
    grid: part(grid, ["grid"]),
    datasets: Object.fromEntries(
      datasets.filter(([, dataset]) => dataset !== undefined),
    ) as Settings["datasets"],
    export: part(output, ["export"]),
    memory: part(memory, ["memory"]),
    plugins: part(plugins, ["plugins"]),
  };
}
