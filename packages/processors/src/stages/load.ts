import { stat } from "node:fs/promises";
import {
  locate,
  QuadratError,
  type DatasetConfig,
  type OpenDataset,
  type RasterSource,
  type CellSource,
  type Registered,
  type Registry,
  type SourceDefinition,
  type Stage,
  type StageContext,
} from "@quadrat/core";
import { rasterExtent } from "../grid/extent.js";
import { resolveGrid } from "../grid/resolve.js";
import { overlapError, planFor } from "../staging/plan.js";
import { checkFill } from "./fill.js";

/** Opens every input, settles the grid, and refuses what can't work before anything is written. */
export function loadStage(): Stage {
  return {
    name: "load",
    async run(context) {
      const { config, registry, progress, signal } = context;
      const opened: OpenInput[] = [];
      context.datasets = [];
      for (const [name, dataset] of Object.entries(config.datasets)) {
        signal.throwIfAborted();
        const input = await inPlace(name, dataset, () => openInput(name, dataset, registry));
        opened.push(input);
        context.datasets = opened.map(unresolved);
      }
      const grid = await resolveGrid(config.grid, opened, (path) => openLike(path, registry));
      if (grid.grown) {
        const [xmin, ymin, xmax, ymax] = grid.bounds;
        progress.log(
          "warning",
          `the bounds do not hold a whole number of cells: the grid grows to [${xmin}, ${ymin}, ${xmax}, ${ymax}]`,
        );
      }
      context.grid = grid;
      const datasets: OpenDataset[] = [];
      for (const input of opened) {
        datasets.push(await inPlace(input.name, input.config, () => Promise.resolve(settle(input, context))));
      }
      context.datasets = datasets;
      for (const { name, warnings } of datasets) {
        for (const warning of warnings) progress.log("warning", `${name}: ${warning}`);
      }
      return { rows: 0 };
    },
  };
}

/** A dataset whose input is open, before the grid is known. */
export interface OpenInput {
  readonly name: string;
  readonly config: DatasetConfig;
  readonly driver: string;
  readonly source: { kind: "raster"; raster: RasterSource } | { kind: "cells"; cells: CellSource };
  readonly crs: string | undefined;
}

/** Opens the raster that a grid is to be like. */
async function openLike(path: string, registry: Registry): Promise<RasterSource> {
  const config: DatasetConfig = { ...rasterDefaults, path };
  const { source } = await openInput("grid.like", config, registry);
  if (source.kind !== "raster") throw new QuadratError("usage", `${path} is no raster`);
  return source.raster;
}

const rasterDefaults = {
  kind: "raster",
  type: "continuous",
  band: 1,
  scaled: true,
  overviews: "none",
  strict: false,
  x: "",
  y: "",
} as const;

async function openInput(name: string, config: DatasetConfig, registry: Registry): Promise<OpenInput> {
  const part = findSource(config, registry);
  const { definition, plugin } = part;
  await assertFile(config.path);
  const options = parseOptions(part, config.options);
  try {
    const opened = await definition.open({ name, path: config.path, dataset: config }, options);
    const driver = definition.name;
    if ("read" in opened) {
      const crs = config.crs ?? opened.crs;
      if (crs === undefined) {
        await opened.close();
        throw new QuadratError("input", `${config.path} does not say its coordinate reference system`, {
          hint: "give it in the configuration, such as `crs: EPSG:4326`",
        });
      }
      return { name, config, driver, crs, source: { kind: "raster", raster: opened } };
    }
    return { name, config, driver, crs: config.crs ?? "EPSG:4326", source: { kind: "cells", cells: opened } };
  } catch (error) {
    throw locate(error, { plugin }, "plugin");
  }
}

function findSource(config: DatasetConfig, registry: Registry): Registered<SourceDefinition> {
  const part =
    config.source === undefined ? registry.sourceFor(config.path) : registry.sources.get(config.source);
  const wanted = config.kind === "raster" ? "raster" : "cells";
  if (part?.definition.kind === wanted) return part;
  const fitting = [...registry.sources]
    .map(({ definition }) => definition)
    .filter(({ kind }) => kind === wanted);
  const endings = fitting.flatMap(({ extensions }) => extensions);
  const fault = part
    ? `is read by "${part.definition.name}", which gives no ${config.kind}`
    : "has an ending that no source reads";
  throw new QuadratError("usage", `${config.path} ${fault}`, {
    hint: `${config.kind} are read from files ending in ${endings.join(", ")}; \`source:\` names one of ${fitting.map(({ name }) => name).join(", ")} for any other ending`,
    place: { file: config.path },
  });
}

async function assertFile(path: string): Promise<void> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw new QuadratError(
      "input",
      `can't read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        hint: "paths are relative to the configuration file",
        place: { file: path },
      },
    );
  });
  if (facts.isFile()) return;
  throw new QuadratError("input", `${path} is not a file`, { place: { file: path } });
}

function parseOptions({ definition, plugin }: Registered<SourceDefinition>, options: unknown): unknown {
  if (!definition.options) {
    if (options === undefined) return undefined;
    throw new QuadratError("usage", `source "${definition.name}" takes no options`, {
      place: { plugin, key: "options" },
    });
  }
  try {
    return definition.options.parse(options ?? {});
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new QuadratError("usage", `the options of source "${definition.name}" are wrong: ${message}`, {
      cause,
      place: { plugin, key: "options" },
    });
  }
}

/** Fixes method and column type on the grid, and refuses a raster that does not meet it. */
function settle(input: OpenInput, { grid }: StageContext): OpenDataset {
  const { name, config, driver, source, crs } = input;
  const common = { name, config, driver, crs, source };
  if (source.kind === "cells") {
    const { cells } = source;
    const dataType = cells.dataType;
    checkFill(config, dataType);
    return {
      ...common,
      source,
      method: config.measure ?? "records",
      dataType,
      extent: undefined,
      warnings: cells.warnings,
    };
  }
  const { raster } = source;
  const { plan, warnings } = planFor(raster, crs!, grid!, config.resample ?? config.type);
  const extent = rasterExtent(raster);
  if (!plan.overlaps) throw overlapError(config.path, extent, crs!, grid!);
  const dataType = plan.resultType;
  checkFill(config, dataType);
  return {
    ...common,
    source,
    method: plan.method,
    dataType,
    extent,
    warnings: [...raster.warnings, ...warnings],
  };
}

function unresolved(input: OpenInput): OpenDataset {
  return { ...input, method: "", dataType: "float64", extent: undefined, warnings: [] };
}

async function inPlace<T>(dataset: string, config: DatasetConfig, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw locate(error, { dataset, file: config.path }, "input");
  }
}
