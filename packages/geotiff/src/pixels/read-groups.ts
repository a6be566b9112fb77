/** A block to be read: its number within the plane and its bytes in the file. */
export interface Job {
  readonly block: number;
  readonly offset: number;
  readonly length: number;
}

/** Blocks nearer to each other than this are read at once, up to this many bytes. */
const maxGap = 2 ** 15;
const maxGroupBytes = 2 ** 19;

/** A power of two: groups differ in size, and the next one should fit as well. */
export function roomFor(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(bytes, 2 ** 16)));
}

/** Sorts blocks by position in the file, and groups those that are read at once. */
export function groupJobs(jobs: Job[]): Job[][] {
  const groups: Job[][] = [];
  let start = 0;
  let end = 0;
  for (const job of jobs.sort((one, other) => one.offset - other.offset)) {
    const group = groups.at(-1);
    const jobEnd = job.offset + job.length;
    if (group && job.offset - end <= maxGap && jobEnd - start <= maxGroupBytes) {
      group.push(job);
      end = Math.max(end, jobEnd);
    } else {
      groups.push([job]);
      start = job.offset;
      end = jobEnd;
    }
  }
  return groups;
}
