import { locate, type DatasetConfig, type OpenDataset, type Stage } from "@quadrat/core";
import { resolveGrid } from "../grid/resolve.js";
import { closeInputs, openInput, openLike, type OpenInput } from "./open-input.js";
import { settle } from "./settle.js";

/** Opens every input, settles the grid, and refuses what can't work before anything is written. */
export function loadStage(): Stage {
  return {
    name: "load",
    async run(context) {
      const { config, registry, progress, signal } = context;
      const opened: OpenInput[] = [];
      try {
        for (const [name, dataset] of Object.entries(config.datasets)) {
          signal.throwIfAborted();
          opened.push(await inPlace(name, dataset, () => openInput(name, dataset, registry)));
        }
        const grid = await resolveGrid(config.grid, opened, (path) => openLike(path, registry));
        if (grid.grown) {
          const message = `the bounds do not hold a whole number of cells: the grid grows to [${grid.bounds.join(", ")}]`;
          progress.log("warning", message);
        }
        const datasets: OpenDataset[] = [];
        for (const input of opened) {
          datasets.push(await inPlace(input.name, input.config, () => settle(input, grid)));
        }
        context.grid = grid;
        context.datasets = datasets;
      } catch (error) {
        await closeInputs(opened);
        throw error;
      }
      for (const { name, warnings } of context.datasets) {
        for (const warning of warnings) progress.log("warning", `${name}: ${warning}`);
      }
      return { rows: 0 };
    },
  };
}

async function inPlace<T>(dataset: string, config: DatasetConfig, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw locate(error, { dataset, file: config.path }, "input");
  }
}
