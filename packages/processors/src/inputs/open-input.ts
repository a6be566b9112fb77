import { stat } from "node:fs/promises";
import { basename } from "node:path";
import {
  locate,
  QuadratError,
  type CellSource,
  type ColumnOrigin,
  type DatasetConfig,
  type RasterInput,
  type RasterSource,
  type RasterStack,
  type Registered,
  type SourceDefinition,
  type StageParts,
} from "@quadrat/core";
import {
  guardRaster,
  guardStack,
  inHook,
  isAddress,
  isBuiltin,
  parseOptions,
  rasterFault,
  stackFault,
  type HookOwner,
} from "@quadrat/core/base";
import {
  convertHint,
  findInputFiles,
  isIdentified,
  provides,
  isPattern,
  type InputFiles,
} from "@quadrat/core/host";
import { parseCrs } from "@quadrat/crs";

/** An input that is open: a raster, several as layers of a stack, or values of cells. */
export interface OpenFile {
  readonly name: string;
  readonly config: DatasetConfig;
  readonly driver: string;
  readonly files?: InputFiles | undefined;
  readonly source: RasterInput | { kind: "cells"; cells: CellSource } | StackInput;
  readonly crs: string | undefined;
  /** Set if its source is a plugin's. */
  readonly owner?: HookOwner | undefined;
  /** Found while it was opened, besides those of its source. */
  readonly warnings?: readonly string[] | undefined;
}

export interface StackInput {
  readonly kind: "stack";
  readonly stack: RasterStack;
}

/** A dataset whose input is open, before the grid is known. */
export interface OpenInput extends Omit<OpenFile, "source"> {
  readonly source: Exclude<OpenFile["source"], StackInput>;
  readonly origin?: ColumnOrigin | undefined;
}

/** Opens the raster that defines a grid (`grid.like`). */
export async function openLike(path: string, parts: StageParts): Promise<RasterSource> {
  const config: DatasetConfig = { ...rasterDefaults, path };
  const { source } = await openInput("grid.like", config, parts);
  if (source.kind === "raster") return source.raster;
  if (source.kind === "cells") throw new QuadratError("usage", `${path} is not a raster`);
  // All layers have the same geometry, and no pixel is read.
  const { stack } = source;
  const { width, height, affine, crs, dataType, blockSize, warnings } = stack;
  const read = () => Promise.reject(new Error("a raster that defines a grid is not read"));
  return { width, height, affine, crs, dataType, blockSize, warnings, read, close: () => stack.close() };
}

/** What `datasets:` says of a raster of which nothing is said. */
export const rasterDefaults = {
  kind: "raster",
  type: "continuous",
  band: 1,
  scaled: true,
  overviews: "none",
  strict: false,
  x: "",
  y: "",
} as const;

/**
 * Finds the source for a dataset's file and opens it.
 * @throws QuadratError if there is no source, no file, or the source refuses it
 */
export async function openInput(name: string, config: DatasetConfig, parts: StageParts): Promise<OpenFile> {
  const part = await findSource(config, parts);
  const { definition, plugin } = part;
  if (config.crs !== undefined) checkCrs(config.crs);
  const remote = isAddress(config.path);
  if (remote && definition.addresses !== true) throw notRemote(config.path, definition.name, plugin);
  if (!remote && definition.collections !== true) await assertFile(config.path);
  if (config.options !== undefined && !definition.options) {
    throw new QuadratError("usage", `source "${definition.name}" takes no options`, {
      hint: "remove `options:`",
      place: { plugin, key: "options" },
    });
  }
  const options = parseOptions(definition.options, config.options ?? {}, `source "${definition.name}"`, {
    plugin,
    key: "options",
  });
  const driver = definition.name;
  const owner = { plugin, part: `source "${driver}"` };
  const request = { name, path: config.path, dataset: config };
  const files = await findInputFiles(() =>
    definition.files ? inHook(owner, "files", () => definition.files!(request, options)) : [config.path],
  );
  const warnings = remote ? doubts(files) : [];
  const opened = await inHook(owner, "open", async () => {
    const source = await definition.open(request, options);
    const fault = openedFault(source, definition.kind);
    if (fault !== undefined) throw new QuadratError("plugin", fault);
    return source;
  });
  if ("stage" in opened) {
    const crs = config.crs ?? opened.crs ?? "EPSG:4326";
    return { name, config, driver, files, crs, source: { kind: "cells", cells: opened } };
  }
  const crs = config.crs ?? opened.crs;
  if (crs === undefined) {
    await opened.close();
    throw new QuadratError("input", `${config.path} does not state its coordinate reference system`, {
      hint: "give it in the configuration, such as `crs: EPSG:4326`",
      place: { plugin },
    });
  }
  const foreign = isBuiltin(plugin) ? undefined : owner;
  const common = { name, config, driver, files, crs, owner: foreign, warnings };
  if (isStack(opened)) {
    const stack = foreign ? guardStack(opened, foreign) : opened;
    return { ...common, source: { kind: "stack", stack } };
  }
  const raster = foreign ? guardRaster(opened, foreign) : opened;
  return { ...common, source: { kind: "raster", raster } };
}

function notRemote(path: string, source: string, plugin: string): QuadratError {
  return new QuadratError("usage", `source "${source}" opens files, not addresses`, {
    hint: "download it and give the path of the local copy",
    place: { file: path, key: "path", ...(isBuiltin(plugin) ? {} : { plugin }) },
  });
}

/** What a server does not say of a file. */
function doubts({ before }: InputFiles): string[] {
  return before
    .filter((file) => !isIdentified(file))
    .map(
      ({ path, bytes }) =>
        `the server of ${path} does not say which version of the file it has: only its size, ${bytes} bytes, shows a change while it is read, and the next run reads it again`,
    );
}

function isStack(opened: RasterSource | RasterStack): opened is RasterStack {
  return "kind" in opened && opened.kind === "stack";
}

function openedFault(
  source: Partial<RasterSource> | Partial<RasterStack> | Partial<CellSource> | undefined,
  kind: "raster" | "cells",
): string | undefined {
  if (kind === "raster" && source && "kind" in source) return stackFault(source);
  if (kind === "raster")
    return source && "read" in source && typeof source.read === "function"
      ? rasterFault(source)
      : "it did not return an object with a function read";
  return source && "stage" in source && typeof source.stage === "function"
    ? undefined
    : "it did not return an object with a function stage";
}

function checkCrs(crs: string): void {
  try {
    parseCrs(crs);
  } catch (error) {
    throw locate(error, { key: "crs" });
  }
}

async function findSource(config: DatasetConfig, parts: StageParts): Promise<Registered<SourceDefinition>> {
  const part =
    config.source === undefined
      ? (parts.sourceFor(config.path, config.kind) ??
        (isAddress(config.path)
          ? parts.sources.get("geotiff")
          : await collectionSource(config.path, config.kind, parts)))
      : parts.sources.get(config.source);
  if (part && provides(part.definition, config.kind)) return part;
  const fitting = [...parts.sources]
    .map(({ definition }) => definition)
    .filter((definition) => provides(definition, config.kind));
  const endings = fitting.flatMap(({ extensions }) => extensions);
  const fault = part
    ? `is read by "${part.definition.name}", which does not provide ${config.kind}`
    : "has an ending that no source reads";
  throw new QuadratError("usage", `${config.path} ${fault}`, {
    hint:
      (config.kind === "raster" && config.source === undefined ? convertHint(config.path) : undefined) ??
      `${config.kind} are read from files ending in ${endings.join(", ")}; \`source:\` chooses one of ${fitting.map(({ name }) => name).join(", ")} for any other ending`,
    place: { file: config.path },
  });
}

/** A source that opens folders, patterns and files without an ending, if the path is one of them. */
async function collectionSource(
  path: string,
  wanted: DatasetConfig["kind"],
  parts: StageParts,
): Promise<Registered<SourceDefinition> | undefined> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  if (!isFolder && !isPattern(path) && basename(path).includes(".")) return undefined;
  return [...parts.sources].find(
    ({ definition }) => definition.collections === true && provides(definition, wanted),
  );
}

async function assertFile(path: string): Promise<void> {
  const facts = await stat(path).catch((cause: unknown) => {
    const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const what = isMissing
      ? "the file does not exist"
      : `can't be read: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new QuadratError("input", `${path}: ${what}`, {
      cause,
      hint: "paths are relative to the configuration file",
      place: { file: path },
    });
  });
  if (facts.isFile()) return;
  throw new QuadratError("input", `${path} is not a file`, { place: { file: path } });
}

/** Closes inputs; the first failure is thrown after all have been tried. */
export async function closeInputs(inputs: readonly Pick<OpenFile, "source">[]): Promise<void> {
  const results = await Promise.allSettled(inputs.map(({ source }) => closeSource(source)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

function closeSource(source: OpenFile["source"]): Promise<void> {
  if (source.kind === "stack") return source.stack.close();
  return source.kind === "raster" ? source.raster.close() : source.cells.close();
}
