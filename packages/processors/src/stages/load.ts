import {
  isQuadratError,
  locate,
  type Config,
  type DatasetConfig,
  type Grid,
  type OpenDataset,
  type Stage,
  type StageParts,
} from "@quadrat/core";
import { quietly } from "@quadrat/core/base";
import { isGiven, together, type GridConfig, type Located } from "@quadrat/core/host";
import { parseCrs } from "@quadrat/crs";
import { warnOfGrid } from "../grid/warnings.js";
import { resolveGrid } from "../grid/resolve.js";
import { nameFault, type NamedColumn } from "../inputs/columns/names.js";
import type { OpenColumn } from "../inputs/columns/open-column.js";
import { openColumns } from "../inputs/columns/open-columns.js";
import { closeInputs, openLike, type OpenInput } from "../inputs/open-input.js";
import { readQueries, settleQueries } from "../inputs/settle-queries.js";
import { openMask } from "../mask/open-mask.js";
import { settle } from "./settle.js";

/** Opens every input, determines the grid, and refuses what can't work before anything is written. */
export function loadStage(): Stage {
  return {
    name: "load",
    async run(context) {
      const { config, registry, progress, signal } = context;
      const opened: OpenInput[] = [];
      const errors: Located[] = [];
      const attempt = async <T>(
        path: Located["path"],
        work: () => T | Promise<T>,
      ): Promise<T | undefined> => {
        signal.throwIfAborted();
        try {
          return await work();
        } catch (error) {
          errors.push({ error, path });
          return undefined;
        }
      };
      try {
        const entries = new Map<string, readonly OpenColumn[]>();
        for (const [name, dataset] of Object.entries(config.datasets)) {
          if (dataset.kind === "query") continue;
          const path = ["datasets", name];
          const hasBand = isGiven(config, [...path, "band"]);
          const columns = await attempt(path, () =>
            inPlace(name, dataset.path, () => openColumns(name, dataset, registry, hasBand)),
          );
          entries.set(name, columns ?? []);
          opened.push(...(columns ?? []).map(({ input }) => input));
        }
        const unnameable = nameFault(columnsOf(config, entries));
        if (unnameable) {
          const { error, entry } = unnameable;
          errors.push({ error: locate(error, { dataset: entry }), path: ["datasets", entry] });
        }
        const configs = configsOf(config, entries);
        const queries = await readQueries(configs);
        for (const [name, error] of queries.faults) {
          errors.push({ error: locate(error, { dataset: name }), path: ["datasets", name] });
        }
        const complete = errors.length === 0;
        const grid = await attempt(["grid"], () => gridOf(config.grid, opened, complete, registry));
        if (grid) warnOfGrid(grid, config.grid, opened, progress);
        const mask =
          grid && config.mask && (await attempt(["mask"], () => openMask(config.mask!, grid, context)));
        const datasets = new Map<string, OpenDataset>();
        for (const input of grid ? opened : []) {
          const entry = input.origin?.entry ?? input.name;
          const typed = isGiven(config, ["datasets", entry, "type"]);
          const settled = await attempt(["datasets", entry], () =>
            inPlace(entry, input.config.path, () => settle(input, grid!, registry, typed)),
          );
          if (settled) datasets.set(input.name, settled);
        }
        if (errors.length === 0) {
          const { settled, faults } = await settleQueries(queries.ordered, configs, datasets);
          for (const one of settled) datasets.set(one.name, one);
          for (const [name, error] of faults) {
            errors.push({ error: locate(error, { dataset: name }), path: ["datasets", name] });
          }
        }
        if (errors.length > 0)
          throw together(
            errors.map((one) => atItsKey(one, config)),
            config,
          );
        context.grid = grid!;
        context.mask = mask;
        context.datasets = Object.keys(config.datasets).flatMap((name) =>
          (entries.get(name)?.map(({ input }) => input.name) ?? [name]).map((one) => datasets.get(one)!),
        );
      } catch (error) {
        await quietly(() => closeInputs(opened));
        throw error;
      }
      for (const { name, warnings } of context.datasets) {
        for (const warning of warnings) progress.log("warning", `${name}: ${warning}`);
      }
      return { rows: 0 };
    },
  };
}

/** The grid; if its bounds depend on every input, only once every input is open. */
async function gridOf(
  config: GridConfig,
  opened: readonly OpenInput[],
  complete: boolean,
  parts: StageParts,
): Promise<Grid | undefined> {
  if (config.crs !== undefined) checkCrs(config.crs);
  if (config.bounds === "auto" && !complete) return undefined;
  return resolveGrid(config, opened, (path) => openLike(path, parts));
}

function checkCrs(crs: string): void {
  try {
    parseCrs(crs);
  } catch (error) {
    throw locate(error, { key: "grid.crs" });
  }
}

/** Adds the position to an error that knows the key of the grid or of its dataset. */
function atItsKey({ error, path }: Located, config: Config): Located {
  const key = isQuadratError(error) ? error.place.key : undefined;
  if (key === undefined) return { error, path };
  const keys = key.split(".");
  if (keys[0] === path[0]) return { error, path: keys };
  // A key of the dataset, unless it is one of the whole configuration.
  return { error, path: keys.length === 1 || !(keys[0]! in config) ? [...path, ...keys] : path };
}

async function inPlace<T>(dataset: string, file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw locate(error, { dataset, file }, "input");
  }
}

/** The columns that are known before anything is read, with the entries that make them. */
function columnsOf(config: Config, entries: ReadonlyMap<string, readonly OpenColumn[]>): NamedColumn[] {
  return Object.keys(config.datasets).flatMap((entry): NamedColumn[] => {
    const columns = entries.get(entry);
    if (!columns) return [{ name: entry, entry }];
    return columns.flatMap(({ input, from }) =>
      // Its columns are known once it has been read.
      input.source.kind === "cells" && input.source.cells.several ? [] : [{ name: input.name, entry, from }],
    );
  });
}

/** The configurations of columns and queries by their names. */
function configsOf(
  config: Config,
  entries: ReadonlyMap<string, readonly OpenColumn[]>,
): Record<string, DatasetConfig> {
  const named = Object.entries(config.datasets).flatMap(([name, dataset]) => {
    const columns = entries.get(name)?.map(({ input }) => [input.name, input.config] as const);
    return columns && columns.length > 0 ? columns : [[name, dataset] as const];
  });
  return Object.fromEntries(named);
}
