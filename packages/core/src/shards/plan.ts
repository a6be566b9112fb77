import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import { Grid, type Bounds } from "../grid/grid.js";
import type { ColumnType } from "../raster/raster.js";
import { duckDbVersion } from "../store/duckdb-store.js";
import { version } from "../version.js";
import { fromJson, toJson } from "./json.js";

/** The version of the plan's form, and of the shards' files. */
const planFormat = 2;

/** A file on which the values depend, as it was when the plan was made. */
export interface FrozenFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Inode, and times of modification and change: as long as they are the same, the content is. */
  readonly state: string;
}

/** Who stages a dataset. */
export type StagedBy =
  /** Each shard stages its own cells: of a raster, or of a query that looks at no others and reads nothing but such datasets. */
  | "every shard"
  /** `prepare`, or the shard with this number, as a whole. */
  | number
  /** It is another query, which is run when everything else is collected. */
  | "collect";

export interface PlannedDataset {
  readonly name: string;
  /** The entry of the configuration that makes it, if that has another name. */
  readonly entry?: string;
  readonly kind: "raster" | "table" | "query";
  readonly method: string;
  readonly type: ColumnType;
  /** The key under which the catalogue will have its values; those of queries depend on what they read. */
  readonly key: string | null;
  readonly staged_by: StagedBy;
  /**
   * Of a query alone: how it looks at other cells than its own, in words that follow "it", or null if it does not: then it can also be
   * run part by part.
   */
  readonly beyond?: string | null;
  readonly files: readonly FrozenFile[];
}

/** Whole rows of the grid. */
export interface PlannedShard {
  readonly index: number;
  readonly rows: readonly [first: number, end: number];
  readonly cells: readonly [first: number, end: number];
  /** Its share of the estimated work of all shards. */
  readonly work: number;
  /** Estimated seconds in one thread. */
  readonly seconds: number;
}

/** A run that is frozen into a folder. */
export interface ShardPlan {
  readonly format: number;
  readonly quadrat: string;
  readonly duckdb: string;
  readonly experiment: string;
  readonly grid: {
    readonly crs: string;
    readonly width: number;
    readonly height: number;
    readonly resolution: readonly [number, number];
    readonly bounds: Bounds;
  };
  readonly datasets: readonly PlannedDataset[];
  /** The files of the mask, if there is one. */
  readonly mask?: readonly FrozenFile[];
  readonly shards: readonly PlannedShard[];
  readonly estimate: {
    readonly memory_bytes: number;
    readonly prepare_seconds: number;
    readonly collect_seconds: number;
    readonly collect_memory_bytes: number;
  };
  /** With absolute paths, defaults filled in, experiment and overrides applied. */
  readonly configuration: Config;
}

/** A plan as it was read, with the checksum that it states. */
export interface ReadPlan extends ShardPlan {
  readonly folder: string;
  readonly checksum: string;
}

export function planPath(folder: string): string {
  return join(folder, "plan.json");
}

/** The folders in that of a plan. */
export function foldersOf(folder: string): Readonly<Record<"shards" | "work" | "logs", string>> {
  return { shards: join(folder, "shards"), work: join(folder, "work"), logs: join(folder, "logs") };
}

/** The file of a shard's result; of the tables that `prepare` has staged without a number. */
export function shardPath(folder: string, index?: number): string {
  return join(foldersOf(folder).shards, `${shardName(index)}.shard`);
}

export function shardName(index?: number): string {
  return index === undefined ? "tables" : String(index).padStart(5, "0");
}

type PlanFacts = Omit<ShardPlan, "format" | "quadrat" | "duckdb">;

/** The text of `plan.json`, which begins with a checksum of the rest. */
export function planText(facts: PlanFacts): string {
  const plan: ShardPlan = { format: planFormat, quadrat: version, duckdb: duckDbVersion(), ...facts };
  return `${toJson({ checksum: checksumOf(plan), ...plan }, 2)}\n`;
}

function checksumOf(plan: ShardPlan): string {
  return createHash("sha256").update(toJson(plan)).digest("hex");
}

/**
 * Reads the plan of a folder.
 * @throws QuadratError of kind "usage" if there is none, or it isn't what `shard plan` of this version has written
 */
export async function readPlan(folder: string): Promise<ReadPlan> {
  const file = planPath(folder);
  const again = "make a new plan in another folder with `quadrat shard plan`";
  const refuse = (message: string, hint: string, cause?: unknown): QuadratError =>
    new QuadratError("usage", message, { hint, place: { file }, ...(cause === undefined ? {} : { cause }) });
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw refuse(`${folder} has no plan.json`, "name the folder that `quadrat shard plan` was given");
    throw refuse(`${file} can't be read: ${message}`, "check the folder and its permissions", cause);
  }
  let found: ShardPlan & { readonly checksum?: unknown };
  try {
    found = fromJson(text) as ShardPlan & { readonly checksum?: unknown };
  } catch (cause) {
    throw refuse(`${file} is not JSON: it was changed, or is cut short`, again, cause);
  }
  const { checksum, ...plan } = found ?? {};
  if (plan.format !== planFormat)
    throw refuse(`${file} is not a plan that this version of Quadrat (${version}) reads`, again);
  if (typeof checksum !== "string" || checksum !== checksumOf(plan))
    throw refuse(
      `${file} was changed after it was made`,
      `a plan can't be edited, because shards may have been made from it: ${again}`,
    );
  if (plan.quadrat !== version || plan.duckdb !== duckDbVersion())
    throw refuse(
      `${file} was made by Quadrat ${plan.quadrat} with DuckDB ${plan.duckdb}; this is ${version} with ${duckDbVersion()}`,
      `use the same version on all machines, or ${again}`,
    );
  return { ...plan, folder, checksum };
}

export function gridOf({ grid: { crs, resolution, bounds } }: Pick<ShardPlan, "grid">): Grid {
  return new Grid({ crs, resolution, bounds });
}
