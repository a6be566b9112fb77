import * as z from "zod";
import { cellsKey } from "./cell-columns.js";
import { datasetKeys } from "./dataset-keys.js";
import {
  allowed,
  crs,
  finite,
  flag,
  fraction,
  integer,
  key,
  oneOf,
  overrides,
  part,
  section,
  text,
} from "./keys.js";
import { maskKeys, maskSchema } from "./mask-keys.js";
import { pointsOverrides, pointsSchema } from "./points-keys.js";
import { memoryLimitPattern, parseMemoryLimit } from "./memory-limit.js";

const positive = finite.gt(0);

const grid = {
  crs: crs("Coordinate reference system: an EPSG or ESRI code, a PROJ string or WKT.").optional(),
  resolution: key(z.union([positive, z.tuple([positive, positive])]), {
    description: "Cell size in units of the CRS: one number, or [x, y].",
    allowed: "a number above 0, or [x, y]",
  }).optional(),
  bounds: key(z.union([z.tuple([finite, finite, finite, finite]), z.literal("auto")]), {
    description: "[xmin, ymin, xmax, ymax] in units of the CRS, or auto: the union of the inputs.",
    allowed: "[xmin, ymin, xmax, ymax], or auto",
    names: ["auto"],
  }).optional(),
  like: text(
    "A raster from which to take CRS, resolution and bounds, instead of giving them.",
    "the path of a raster",
  ).optional(),
};

const sections = {
  resampling: {
    window_size: integer(
      256,
      2048,
      "Edge length of a source window in pixels; shrinks under memory pressure.",
    ).default(2048),
  },
  merge: {
    join: oneOf(
      ["outer", "inner", "all"],
      "outer: cells with at least one value; inner: cells with all of them; all: every cell.",
    ).default("outer"),
    enable_streaming: key(z.union([z.boolean(), z.literal("auto")]), {
      description: "Merge in batches instead of in memory; auto: decided from the estimate before the run.",
      allowed: "true, false, auto",
      names: ["true", "false", "auto"],
    }).default(false),
    streaming_chunk_size: integer(
      100,
      1_000_000,
      "Rows of a streamed batch; shrinks under memory pressure.",
    ).default(5000),
  },
  export: {
    formats: key(z.array(part("An exporter, with its options.", "csv")).min(1), {
      description: "Exporters: csv, parquet, arrow, geoparquet, geotiff, or a plugin's.",
      allowed: "a list of exporters such as [csv, parquet]",
    }).default(["csv"]),
    compress: flag("Compress the CSV with gzip.").default(false),
    chunk_size: integer(1, 10_000_000, "Rows handed to an exporter at a time.").default(10_000),
    directory: text(
      "Where the outputs and the store go. Default: output/<experiment>.",
      "the path of a folder",
    ).optional(),
    name: text("File name of the outputs, without its ending.", "a file name").default("merged"),
    report: flag("Write report.html after a run: maps, distributions, what the run did.").default(false),
  },
  memory: {
    limit: key(
      z
        .string()
        .regex(memoryLimitPattern)
        .refine((limit) => parseMemoryLimit(limit) !== undefined),
      {
        description:
          "The memory the process may use: a share of what is available to it, or a size. MB is 1000^2 bytes, MiB 1024^2.",
        allowed: "a share from 0 to 100% such as 80%, or a size with its unit such as 512MB or 2GiB",
      },
    ).default("80%"),
    warning_threshold: fraction("Share of the limit from which batches and windows are halved.").default(0.8),
    critical_threshold: fraction("Share of the limit from which the merge is streamed.").default(0.9),
    recovery_threshold: fraction("Share of the limit below which sizes grow again.").default(0.7),
    interval_ms: integer(10, 60_000, "Milliseconds between two readings.").default(250),
    backend: part(
      "How memory is measured: auto, process, cgroup, psi, scripted, or a plugin's; {use: name, ...options} to give it options.",
      "auto",
    ).default("auto"),
  },
  prediction: {
    learn: flag(
      "Remember what runs needed in the user's cache directory, and use it to correct estimates.",
    ).default(true),
    disk: oneOf(
      ["refuse", "warn", "off"],
      "What to do if a run is expected to need more disk space than is free: refuse it before any work, warn, or nothing.",
    ).default("refuse"),
  },
};

const plugins = key(
  z.array(
    text("A package, or a path relative to the configuration file.", "the name of a package or a path"),
  ),
  {
    description:
      "Packages or files that provide stages, exporters, sources, resampling methods or memory backends.",
    allowed: "a list of package names or paths",
  },
);

const threads = integer(
  1,
  1024,
  "Number of threads to use. Default: the number of processors; none besides the main thread for small work.",
);

const offline = flag("Refuse addresses before any request is made: inputs are files alone.");

const descriptions = {
  grid: "The cells of the result, onto which every dataset is put.",
  datasets: "The inputs by name; each becomes one or more columns of the table.",
  resampling: "How rasters are read.",
  merge: "How the columns are joined into one table.",
  export: "What is written, and where.",
  memory: "The memory limit, and what happens as memory use approaches it.",
  prediction: "How memory, disk and time are estimated before a run.",
  experiments: "Named changes to everything above; `--experiment NAME` chooses one.",
};

function datasetsOf<S extends z.ZodType>(schema: S) {
  const facts = { description: descriptions.datasets, allowed: "a mapping of names to datasets" };
  return key(z.record(z.string(), schema), facts);
}

const experiment = key(
  overrides({
    grid: overrides(grid),
    datasets: datasetsOf(overrides(datasetKeys)),
    mask: overrides(maskKeys),
    cells: cellsKey,
    points: pointsOverrides,
    resampling: overrides(sections.resampling),
    merge: overrides(sections.merge),
    export: overrides(sections.export),
    memory: overrides(sections.memory),
    prediction: overrides(sections.prediction),
    plugins,
    threads,
    offline,
  }),
  {
    description: "Changes the keys given here, at any depth; null resets a key to its default.",
    allowed: "a mapping",
  },
);

export const datasetSchema = z
  .strictObject(datasetKeys)
  .refine(({ path, sql }) => path !== undefined || sql !== undefined, {
    path: ["path"],
    // Reported along with other problems of the entry.
    when: ({ value }) => typeof value === "object" && value !== null && !Array.isArray(value),
  });
allowed.add(datasetSchema, {
  text: "a mapping with a path, such as {path: data/elevation.tif}, or with sql",
});

/** The settings of a run, once the experiment is applied. */
export const settingsSchema = z.strictObject({
  grid: section(grid, descriptions.grid),
  datasets: datasetsOf(datasetSchema).refine((datasets) => Object.keys(datasets).length > 0),
  mask: maskSchema.nullish(),
  cells: cellsKey.nullish(),
  points: pointsSchema.nullish(),
  resampling: section(sections.resampling, descriptions.resampling),
  merge: section(sections.merge, descriptions.merge),
  export: section(sections.export, descriptions.export),
  memory: section(sections.memory, descriptions.memory),
  prediction: section(sections.prediction, descriptions.prediction),
  plugins: plugins.nullish(),
  threads: threads.optional(),
  offline: offline.optional(),
  experiments: key(z.never(), {
    description: descriptions.experiments,
    allowed: "nothing here; experiments are defined in the file",
  }).optional(),
});

/** The `experiments` of the file. */
export const experimentsSchema = key(z.record(z.string(), experiment), {
  description: descriptions.experiments,
  allowed: "a mapping of names to changes",
}).nullish();

/** The whole file. */
export const configSchema = settingsSchema.extend({ experiments: experimentsSchema }).meta({
  title: "Quadrat configuration",
  description: "Rasters and tables on one grid, merged into one table.",
});

/** A configuration as written, checked and with its defaults. */
export type Settings = z.output<typeof settingsSchema>;
export type DatasetSettings = Settings["datasets"][string];
