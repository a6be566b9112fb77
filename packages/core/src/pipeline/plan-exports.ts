import { join } from "node:path";
import { exporterProblems } from "../config/check-parts.js";
import { together, type Located } from "../config/together.js";
import { pathText, type Path } from "../config/tree.js";
import type { Config, ExportFormat } from "../config/types.js";
import { messageOf, QuadratError } from "../errors.js";
import type { ExporterDefinition } from "../plugin/definitions.js";
import type { HookOwner } from "../plugin/hook.js";
import { parseOptions } from "../plugin/options.js";
import type { Registered, StageParts } from "../plugin/parts.js";
import { extensionFault } from "../plugin/plugin-faults.js";

export interface PlannedExport {
  readonly format: ExportFormat;
  readonly part: Registered<ExporterDefinition>;
  readonly owner: HookOwner;
  readonly options: unknown;
  /** Absolute path of the output. */
  readonly path: string;
  /** Which of the tables it writes. */
  readonly table: "merged" | "points";
  /** The key of its entry in the configuration. */
  readonly key: Path;
}

/** The name of the files of the table of points, without their endings. */
export const pointsName = "points";

/**
 * Finds the exporters, checks their options and what they need from the tables, and names their files; refuses two
 * exporters that would write the same file.
 */
export function planExports(config: Config, parts: StageParts): PlannedExport[] {
  const errors = config.export.formats.flatMap((format, index) => formatErrors(format, index, config, parts));
  if (errors.length > 0) throw together(errors, config);
  const taken = new Map<string, string>();
  const planned = config.export.formats.flatMap((format, index) => planBoth(format, index, config, parts));
  for (const { path, format, table } of planned) {
    const other = taken.get(path);
    if (other !== undefined) {
      const isName = table === "points" && config.export.name === pointsName;
      throw new QuadratError("usage", `${other} and ${format.use} would both write ${path}`, {
        hint: isName
          ? "choose another `export.name`: files of this name are those of the table of points"
          : "leave one of them out of `export.formats`",
        place: { key: isName ? "export.name" : "export.formats" },
      });
    }
    taken.set(path, format.use);
  }
  return planned;
}

/** The file of the merged table and, if there is one, that of the table of points. */
function planBoth(format: ExportFormat, index: number, config: Config, parts: StageParts): PlannedExport[] {
  const merged = planExport(format, index, config, parts);
  if (!config.points || merged.part.definition.cellsOnly) return [merged];
  const path = merged.path.slice(join(config.export.directory, config.export.name).length);
  return [
    merged,
    { ...merged, table: "points", path: join(config.export.directory, `${pointsName}${path}`) },
  ];
}

function formatErrors(format: ExportFormat, index: number, config: Config, parts: StageParts): Located[] {
  const base = ["export", "formats", index];
  const options = exporterOptions(format, config);
  const errors = exporterProblems({ ...format, options }, parts).map(({ key, message }) => {
    const path = [...base, ...(key === undefined ? [] : [key])];
    return { error: new QuadratError("usage", message, { place: { key: pathText(path) } }), path };
  });
  if (errors.length > 0) return errors;
  const { definition, plugin } = parts.exporters.get(format.use);
  if (definition.needs !== "table" || config.merge.enableStreaming !== true) return [];
  const error = new QuadratError(
    "usage",
    `exporter "${format.use}" needs the whole table, but merge.enable_streaming is true`,
    {
      hint: "set merge.enable_streaming to false or auto, or leave out the exporter",
      place: { key: pathText(base), plugin },
    },
  );
  return [{ error, path: base }];
}

function planExport(format: ExportFormat, index: number, config: Config, parts: StageParts): PlannedExport {
  const part = parts.exporters.get(format.use);
  const { definition, plugin } = part;
  const owner = { plugin, part: `exporter "${definition.name}"` };
  const place = { plugin, key: "export.formats" };
  const options = parseOptions(definition.options, exporterOptions(format, config), owner.part, place);
  const path = join(config.export.directory, `${config.export.name}${endingOf(part, options, owner)}`);
  return { format, part, owner, options, path, table: "merged", key: ["export", "formats", index] };
}

function endingOf(
  { definition: { extension } }: Registered<ExporterDefinition>,
  options: unknown,
  owner: HookOwner,
): string {
  if (typeof extension === "string") return extension;
  const place = { plugin: owner.plugin, hook: `${owner.part} extension`, key: "export.formats" };
  let ending: string;
  try {
    ending = extension(options);
  } catch (cause) {
    throw new QuadratError("plugin", messageOf(cause), { cause, place });
  }
  const fault = extensionFault(ending);
  if (fault === undefined) return ending;
  throw new QuadratError("plugin", `${owner.part} ${fault}`, { place });
}

/** Names of the exporters that need the whole table. */
export function wholeTableExporters(config: Config, parts: StageParts): string[] {
  const names = config.export.formats.map(({ use }) => use);
  return names.filter(
    (name) => parts.exporters.has(name) && parts.exporters.get(name).definition.needs === "table",
  );
}

/** The configuration's `compress` is the CSV exporter's, unless its entry says otherwise. */
function exporterOptions(format: ExportFormat, config: Config): Readonly<Record<string, unknown>> {
  if (format.use !== "csv") return format.options;
  return { compress: config.export.compress, ...format.options };
}
