import type { Grid } from "@quadrat/core";
import type { CircleFindings } from "../circles/place-circles.js";
import type { FirstRecords } from "../counting/count-records.js";
import type { Reason } from "../faults.js";
import type { PlacedPiece } from "../measures/gather.js";
import type { Work } from "../reader.js";
import type { TableJob } from "../table-job.js";
import type { VerdictCount } from "./verdicts.js";

/** The tables of records that are made along with the cells; quoted and qualified names. */
export interface RecordTables {
  readonly records: string;
  readonly verdicts: string;
  /** The records left out, as they were given. */
  readonly rejected: string;
  /** The used records by the key of the dataset that they come from. */
  readonly derived: string;
}

/** A table whose records are written down. */
export interface Recording {
  readonly job: TableJob;
  readonly grid: Grid;
  readonly work: Work;
  readonly tables: RecordTables;
}

/** Makes the tables of records while it passes the records on to be gathered. */
export interface Recorder {
  /** Texts that are not numbers in columns of numbers. */
  readonly misfits: number;
  /** The records of the whole table, part by part. May be called again: the tables are then made anew. */
  pieces(findings: CircleFindings): AsyncIterable<PlacedPiece>;
  /** Whether the slots of the pieces carry the checks that a record fails, from bit {@link failBit} on. */
  readonly packs: boolean;
  /**
   * To be called once the pieces have been read, with the number of records that fail each check if slots carry them, and with the
   * first records if they are known.
   */
  finish(failed: readonly number[], first?: FirstRecords): Promise<void>;
  /** To be called instead of reading the pieces: another dataset of the same records has these tables. */
  takeOver(tables: RecordTables, failed: readonly number[], first?: FirstRecords): Promise<void>;
  /**
   * Counts the verdicts, in the order of the rules. A verdict that only flags does so even if another one leaves the record
   * out.
   * @param counts of the records left out by their own faults
   */
  verdicts(counts: ReadonlyMap<Reason, number>): Promise<ReadonlyMap<string, VerdictCount>>;
  /** Removes the tables of a dataset that could not be finished. */
  discard(): Promise<void>;
}
