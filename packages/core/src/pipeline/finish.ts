import { writeFile } from "node:fs/promises";
import { duckDbVersion } from "../store/duckdb-store.js";
import { version } from "../version.js";
import { metadataText } from "./metadata.js";
import { writeWhole } from "./output-file.js";
import { required, type StageContext } from "./stage.js";
import { metadataPath } from "./targets.js";

/** Writes `<name>.metadata.json` once all files are complete; returns what the report needs. */
export async function writeRunMetadata(
  context: StageContext,
): Promise<{ readonly rows: number; readonly columns: readonly string[] }> {
  const { config, progress } = context;
  const grid = required(context, "grid");
  const merged = required(context, "merged");
  const files = context.files ?? [];
  const { rows, columns } = await merged.summary(context.exportedRows);
  const { points } = context;
  const text = metadataText({
    ...(points && { points: { points, columns: (await points.table.summary()).columns } }),
    config,
    grid,
    mask: context.mask,
    versions: { version, duckdb: duckDbVersion() },
    datasets: context.staged ?? [],
    origins: new Map(
      context.datasets?.flatMap(({ name, origin }) => (origin ? [[name, origin] as const] : [])),
    ),
    columns,
    rows,
    files,
  });
  await writeWhole(metadataPath(config), (temporary) => writeFile(temporary, text), progress);
  return { rows, columns: merged.schema.names.map(String) };
}
