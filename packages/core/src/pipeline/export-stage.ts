import { join } from "node:path";
import { exporterProblems } from "../config/check-parts.js";
import { together } from "../config/together.js";
import { pathText } from "../config/tree.js";
import { locate, QuadratError } from "../errors.js";
import type { ExporterDefinition } from "../plugin/definitions.js";
import { parseOptions } from "../plugin/options.js";
import type { Registered, Registry } from "../plugin/registry.js";
import type { Config, ExportFormat } from "../config/types.js";
import { warnOfEarlierOutputs } from "./earlier-outputs.js";
import { writeWhole } from "./output-file.js";
import { required, type ExportedFile, type Stage, type StageContext } from "./stage.js";
import { checkTargets } from "./targets.js";

interface PlannedExport {
  readonly format: ExportFormat;
  readonly part: Registered<ExporterDefinition>;
  readonly options: unknown;
  readonly path: string;
}

/** Writes the merged table with every exporter that the configuration names. */
export function exportStage(): Stage {
  return {
    name: "export",
    async validate({ config, registry, storePath, progress }) {
      const planned = planExports(config, registry);
      const outputs = planned.map(({ path, format }) => ({ path, format: format.use }));
      await checkTargets(config, outputs, storePath);
      await warnOfEarlierOutputs(
        config,
        registry,
        outputs.map(({ path }) => path),
        progress,
      );
    },
    async run(context) {
      const planned = planExports(context.config, context.registry);
      const files: ExportedFile[] = [];
      for (const one of planned) files.push(await exportOne(one, context));
      context.files = files;
      return { rows: files[0]?.rows ?? 0 };
    },
  };
}

/** Finds the exporters, checks their options and names their files; refuses two that would write the same one. */
export function planExports(config: Config, registry: Registry): PlannedExport[] {
  const errors = config.export.formats.flatMap((format, index) =>
    exporterProblems({ ...format, options: exporterOptions(format, config) }, registry).map(
      ({ key, message }) => {
        const path = ["export", "formats", index, ...(key === undefined ? [] : [key])];
        return { error: new QuadratError("usage", message, { place: { key: pathText(path) } }), path };
      },
    ),
  );
  if (errors.length > 0) throw together(errors, config);
  const taken = new Map<string, string>();
  return config.export.formats.map((format) => {
    const part = registry.exporters.get(format.use);
    const { definition, plugin } = part;
    const place = { plugin, key: "export.formats" };
    const options = parseOptions(
      definition.options,
      exporterOptions(format, config),
      `exporter "${definition.name}"`,
      place,
    );
    const { extension } = definition;
    const ending = typeof extension === "function" ? extension(options) : extension;
    const path = join(config.export.directory, `${config.export.name}${ending}`);
    const other = taken.get(path);
    if (other !== undefined) {
      throw new QuadratError("usage", `${other} and ${format.use} would both write ${path}`, {
        hint: "leave one of the two out of `export.formats`",
        place: { key: "export.formats" },
      });
    }
    taken.set(path, format.use);
    return { format, part, options, path };
  });
}

/** The configuration's `compress` is the CSV exporter's, unless its entry says otherwise. */
function exporterOptions(format: ExportFormat, config: Config): Readonly<Record<string, unknown>> {
  if (format.use !== "csv") return format.options;
  return { compress: config.export.compress, ...format.options };
}

async function exportOne(
  { format, part, options, path }: PlannedExport,
  context: StageContext,
): Promise<ExportedFile> {
  const { progress, signal } = context;
  const table = required(context, "merged");
  const task = `export ${format.use}`;
  let rows = 0;
  progress.start(task, table.rowCount ?? table.grid.size, table.rowCount === undefined ? "cells" : "rows");
  try {
    const exporter = await part.definition.create(options);
    const facts = await writeWhole(
      path,
      (temporary) =>
        exporter.write(
          table,
          { path: temporary },
          {
            signal,
            memory: context.memory,
            workers: context.workers,
            progress(more) {
              rows += more;
              progress.advance(task, more);
            },
          },
        ),
      progress,
    );
    signal.throwIfAborted();
    return { path, format: format.use, bytes: facts.bytes, rows, sha256: facts.sha256 };
  } catch (error) {
    throw locate(error, { plugin: part.plugin, stage: "export" }, "plugin");
  } finally {
    progress.end(task);
  }
}
