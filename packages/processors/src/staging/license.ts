import { qualify, required, type OpenDataset, type StageContext } from "@quadrat/core";
import { inHook } from "@quadrat/core/base";

/** Licences of records that are named. */
const mostNamed = 8;

/**
 * The licence that the input of a dataset states: for the whole of it, else for the records that were kept with their `license`. A
 * fault in what nothing depends on is told, and nothing more.
 */
export async function licenseOf(dataset: OpenDataset, context: StageContext): Promise<string | undefined> {
  const { name, config, driver } = dataset;
  if (config.sql !== undefined || !context.registry.sources.has(driver)) return undefined;
  const { definition, plugin } = context.registry.sources.get(driver);
  if (!definition.license) return licenseOfRecords(dataset, context);
  const owner = { plugin, part: `source "${driver}"` };
  try {
    const request = { name, path: config.path, dataset: config };
    const stated = await inHook(owner, "license", () => definition.license!(request, config.options));
    return stated ?? (await licenseOfRecords(dataset, context));
  } catch (error) {
    const { message } = error as Error;
    context.progress.log("info", `${name}: its licence can't be read: ${message}`);
    return undefined;
  }
}

async function licenseOfRecords(
  { name, config }: OpenDataset,
  context: StageContext,
): Promise<string | undefined> {
  if (!config.keep?.includes("license")) return undefined;
  const table = qualify({ schema: "records", table: name });
  const rows = await required(context, "store").rows<{ license: string; records: number }>(
    `SELECT license::VARCHAR AS license, count(*)::DOUBLE AS records FROM ${table}
     WHERE license IS NOT NULL GROUP BY ALL ORDER BY records DESC, license LIMIT ${mostNamed + 1}`,
  );
  if (rows.length === 0) return undefined;
  const named = rows.slice(0, mostNamed).map(({ license, records }) => `${license} (${records} records)`);
  return [...named, ...(rows.length > mostNamed ? ["and others"] : [])].join(", ");
}
