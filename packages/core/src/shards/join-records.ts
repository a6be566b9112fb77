/** How many records, or cells of a query, were read, used and, by reason, left out. */
export interface RecordNumbers {
  readonly read: number;
  readonly used: number;
  readonly skipped: Readonly<Record<string, number>>;
}

/** Those of parts as those of all. */
export function joinRecords(records: readonly RecordNumbers[]): RecordNumbers {
  const skipped: Record<string, number> = {};
  for (const one of records)
    for (const [reason, count] of Object.entries(one.skipped))
      skipped[reason] = (skipped[reason] ?? 0) + count;
  return {
    read: records.reduce((sum, { read }) => sum + read, 0),
    used: records.reduce((sum, { used }) => sum + used, 0),
    skipped,
  };
}
