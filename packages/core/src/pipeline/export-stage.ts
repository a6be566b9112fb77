import { existsSync } from "node:fs";
import { columnsOfCells } from "../config/cell-columns.js";
import type { Config } from "../config/types.js";
import { together, type Located } from "../config/together.js";
import { locate, QuadratError } from "../errors.js";
import type { ErrorPlace } from "../errors.js";
import { inHook, isBuiltin, type HookOwner } from "../plugin/hook.js";
import type { Exporter, TableOutline, WrittenFile } from "../table/exporter.js";
import { warnOfEarlierOutputs } from "./earlier-outputs.js";
import { writeWhole } from "./output-file.js";
import { planExports, type PlannedExport } from "./plan-exports.js";
import { recordFiles, writeRecordFiles } from "./record-files.js";
import { required, type ExportedFile, type Stage, type StageContext } from "./stage.js";
import { checkTargets, refuseTargetsInInputs, reportPath } from "./targets.js";
import { watchTable } from "./watched-table.js";

interface ReadyExport extends PlannedExport {
  readonly exporter: Exporter;
}

/** Writes the merged table, and that of points, with every exporter that the configuration names. */
export function exportStage(): Stage {
  let ready: readonly ReadyExport[] | undefined;
  return {
    name: "export",
    async validate({ config, registry, storePath, progress }) {
      const planned = planExports(config, registry);
      ready = await Promise.all(planned.map(makeExporter));
      const outputs = outputsOf(planned, config);
      await checkTargets(config, outputs, storePath);
      await warnOfEarlierOutputs(
        config,
        registry,
        outputs.map(({ path }) => path),
        progress,
      );
    },
    async validateInputs(context) {
      refuseTargetsInInputs(context.config, outputsOf(ready ?? [], context.config), context.storePath);
      const grid = required(context, "grid");
      const described = columnsOfCells(context.config).map(({ name, type }) => ({ name, type }));
      const staged = required(context, "datasets")
        .filter(({ source, method }) =>
          source.kind === "raster" ? method !== "fractions" : !source.cells.several,
        )
        .map(({ name, dataType: type }) => ({ name, type }));
      const columns = { merged: [...described, ...staged], points: [...pointOutline(context), ...staged] };
      const errors: Located[] = [];
      for (const { owner, exporter, key, table } of ready ?? []) {
        const outline = { grid, columns: columns[table] };
        try {
          await inHook(owner, "validate", () => exporter.validate?.(outline), undefined, "usage");
        } catch (error) {
          errors.push({ error, path: key });
        }
      }
      if (errors.length > 0) throw together(errors, context.config);
    },
    async run(context) {
      ready ??= await Promise.all(planExports(context.config, context.registry).map(makeExporter));
      const files: ExportedFile[] = [];
      const current = await context.outputs?.current();
      for (const one of ready) {
        const kept = current?.get(one.path);
        files.push(kept ? keep(kept, one.table, context) : await exportOne(one, context));
      }
      files.push(...(await writeRecordFiles(context)));
      context.files = files;
      return { rows: files[0]?.rows ?? 0 };
    },
  };
}

/** The columns of the table of points before those of the datasets, as far as they are known. */
function pointOutline({ config: { points, datasets } }: StageContext): TableOutline["columns"] {
  if (!points) return [];
  const names = datasets[points.records]?.species === undefined ? [] : ["species"];
  return [
    ...names.map((name) => ({ name, type: "text" as const })),
    { name: "presence", type: "uint8" },
    ...(points.folds ? [{ name: "fold", type: "uint16" as const }] : []),
  ];
}

function outputsOf(planned: readonly PlannedExport[], config: Config): { path: string; format: string }[] {
  return [
    ...planned.map(({ path, format }) => ({ path, format: format.use })),
    ...recordFiles(config).map(({ path }) => ({ path, format: "the records" })),
    ...(config.export.report ? [{ path: reportPath(config), format: "the report" }] : []),
  ];
}

async function makeExporter(planned: PlannedExport): Promise<ReadyExport> {
  const { part, options, owner } = planned;
  const exporter = await inHook(owner, "create", () => part.definition.create(options));
  if (typeof (exporter as Partial<Exporter> | undefined)?.write === "function")
    return { ...planned, exporter };
  throw new QuadratError("plugin", `${owner.part} has no function write`, {
    place: { plugin: owner.plugin },
  });
}

function keep(file: ExportedFile, table: PlannedExport["table"], context: StageContext): ExportedFile {
  const { path, format, rows } = file;
  if (table === "merged") context.exportedRows = rows;
  context.kept = true;
  context.progress.log(
    "info",
    `export ${format}: ${path} is up to date, nothing that it is made from has changed`,
  );
  return file;
}

async function exportOne(one: ReadyExport, context: StageContext): Promise<ExportedFile> {
  const { format, path, owner, exporter } = one;
  const { memory, progress, signal, workers } = context;
  const table = one.table === "points" ? context.points?.table : required(context, "merged");
  if (!table) throw new Error("no earlier stage has made the table of points");
  if (one.part.definition.needs === "table" && (context.sizes.streaming || table.rowCount === undefined))
    throw tooLarge(owner);
  const task = one.table === "points" ? `export points ${format.use}` : `export ${format.use}`;
  let rows = 0;
  progress.start(task, table.rowCount ?? table.grid.size, table.rowCount === undefined ? "cells" : "rows");
  const watched = watchTable(table);
  const count = (more: number): void => {
    rows += more;
    progress.advance(task, more);
  };
  const write = async (temporary: string): Promise<WrittenFile | void> => {
    const target = { path: temporary };
    const written = await exporter.write(watched.table, target, { signal, memory, workers, progress: count });
    if (!existsSync(temporary)) throw new Error("it has not written a file at target.path");
    return written;
  };
  const cells = (): ErrorPlace => {
    if (one.table === "points") return {};
    const range = watched.cells();
    return range ? { cells: range } : {};
  };
  try {
    const facts = await inHook(owner, "write", () => writeWhole(path, write, progress), cells);
    signal.throwIfAborted();
    if (isBuiltin(owner.plugin) && one.table === "merged") context.exportedRows = rows;
    const file = { path, format: format.use, bytes: facts.bytes, rows, sha256: facts.sha256 };
    await context.outputs?.enter(file);
    return file;
  } catch (error) {
    progress.end(task, "stopped");
    throw locate(error, { stage: "export" }, "plugin");
  } finally {
    progress.end(task);
  }
}

function tooLarge({ part, plugin }: HookOwner): QuadratError {
  return new QuadratError(
    "memory",
    `${part} needs the whole table in memory, which the memory limit does not allow`,
    {
      hint: "raise memory.limit, or leave out the exporter; what was staged is kept",
      place: { key: "memory.limit", plugin, stage: "export" },
    },
  );
}
