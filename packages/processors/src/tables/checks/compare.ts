import type { FurtherColumn, Work } from "../reader.js";

/** All records of a table, which checks compare with each other. */
export interface ComparedRecords {
  /** A table of records with their number, `slot`, `x`, `y` and their further columns. */
  readonly rows: string;
  /** Of `x` and `y`. */
  readonly crs: string;
  readonly work: Work;
}

/**
 * Finds the records that fail a check which compares all of them. Creates a table of each one's `record` and of `number`, which
 * explains why.
 */
export type Comparison = (records: ComparedRecords, failed: string) => Promise<void>;

/**
 * Of records of one species, place and date all but the first fail; the number is that of the first.
 * @param species SQL of the species' name, NULL without one; undefined if the input names no species
 */
export function duplicatesBy(date: FurtherColumn | undefined, species: string | undefined): Comparison {
  return async ({ rows, work }, failed) => {
    const keys = [
      "x + 0",
      "y + 0",
      ...(species === undefined ? [] : [species]),
      ...(date ? [date.alias] : []),
    ];
    await work.store.exec(`
      CREATE OR REPLACE TABLE ${failed} AS
      SELECT record, earlier AS number FROM (
        SELECT record, min(record) OVER (PARTITION BY ${keys.join(", ")}) AS earlier FROM ${rows} WHERE slot >= 0
      ) WHERE record <> earlier`);
  };
}
