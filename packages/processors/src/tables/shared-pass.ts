import { createHash } from "node:crypto";
import type { CellSource, DatasetConfig } from "@quadrat/core";
import type { CircleFindings } from "./circles/place-circles.js";
import type { RecordCounts } from "./counting/count-records.js";
import type { BrokenRecords } from "./faults.js";
import type { RecordTables } from "./records/recorder.js";
import type { Table, TableJob } from "./table-job.js";

/** What a dataset has counted, for others of the same records. */
export interface CountedPass {
  readonly job: TableJob;
  readonly counted: RecordCounts;
  /** Its tables of records, if it has any. */
  readonly tables: RecordTables | undefined;
  readonly broken: readonly BrokenRecords[];
  readonly misfits: number;
  readonly circles: CircleFindings;
  /** Removes the counts. */
  drop(): Promise<void>;
}

/** One reading of a table, for all datasets that ask for numbers of the same records. */
export class SharedPass {
  #members = 0;
  #counted: CountedPass | undefined;

  join(): void {
    this.#members++;
  }

  /** What was counted, if it has all that this dataset needs. */
  countedFor({ plan, species }: Table): CountedPass | undefined {
    if (!this.#counted) return undefined;
    const { job } = this.#counted;
    const isKnown = plan.third === "none" || job.rules.third === "name";
    return isKnown && (species === undefined || species === job.species) ? this.#counted : undefined;
  }

  /** Keeps what was counted for the others; false if there is something already. */
  offer(counted: CountedPass): boolean {
    if (this.#members < 2 || this.#counted) return false;
    this.#counted = counted;
    return true;
  }

  async end(): Promise<void> {
    const counted = this.#counted;
    this.#counted = undefined;
    await counted?.drop();
  }
}

/** What datasets of the same records have in common, and how much of it a dataset asks for. */
interface Member {
  readonly key: string;
  /** Datasets that ask for more come first. */
  readonly rank: number;
}

const members = new WeakMap<CellSource, Member>();
const passes = new WeakMap<CellSource, SharedPass>();

/** Notes which records a source of counts reads, and how much it asks for. */
export function noteRecords(
  source: CellSource,
  path: string,
  dataset: DatasetConfig,
  { species, rules, checks }: Pick<Table, "species" | "rules" | "checks">,
): void {
  const {
    measure: _measure,
    value: _value,
    fill: _fill,
    dtype: _dtype,
    species: _species,
    ...records
  } = dataset;
  // Records are compared within their species, and a kept column may be that of the species.
  const depends = checks.checks.some(({ comparison }) => comparison) || (dataset.keep ?? []).length > 0;
  const key = JSON.stringify([path, records, depends ? (species ?? null) : null]);
  members.set(source, { key, rank: rules.third === "name" ? 0 : species !== undefined ? 1 : 2 });
}

/** Equal for sources that read the same records, and so can share a pass; undefined for one that can't. */
export function recordsOf(source: CellSource): string | undefined {
  const key = members.get(source)?.key;
  return key === undefined ? undefined : createHash("sha256").update(key).digest("hex");
}

/** The pass of a source, if it shares one. */
export function passOf(source: CellSource): SharedPass | undefined {
  return passes.get(source);
}

/**
 * Lets sources that read the same records share a pass.
 * @returns the sources in an order in which the first of each pass knows what the others need, and what ends the passes
 */
export function sharePasses(sources: readonly CellSource[]): {
  readonly order: readonly number[];
  end(): Promise<void>;
} {
  const byKey = new Map<string, SharedPass>();
  for (const source of sources) {
    const member = members.get(source);
    if (!member) continue;
    const pass = byKey.get(member.key) ?? new SharedPass();
    byKey.set(member.key, pass);
    pass.join();
    passes.set(source, pass);
  }
  const rank = (index: number): number => members.get(sources[index]!)?.rank ?? 0;
  return {
    order: [...sources.keys()].sort((one, other) => rank(one) - rank(other) || one - other),
    async end() {
      for (const pass of byKey.values()) await pass.end();
    },
  };
}
