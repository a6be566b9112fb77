/** The operations to which the time and memory of a run are attributed. */
export const operations = [
  "read",
  "decode",
  "resample",
  "append",
  "join",
  "fetch",
  "format",
  "compress",
  "write",
] as const;

export type Operation = (typeof operations)[number];

/** For each operation: calls that ended, milliseconds that they took, calls under way. */
const fields = 3;

/** A thread's own counts, in memory that the main thread can read while the thread works. */
export type OperationCounts = Float64Array<SharedArrayBuffer>;

export function newCounts(): OperationCounts {
  return new Float64Array(new SharedArrayBuffer(operations.length * fields * 8));
}

let counts = newCounts();

/** Makes this thread count there from now on. */
export function countIn(own: OperationCounts): void {
  counts = own;
}

/** The counts of this thread. */
export function ownCounts(): OperationCounts {
  return counts;
}

/** Does the work and counts it as a call of the operation; if it returns a promise, until that has settled. */
export function timed<T>(operation: Operation, work: () => T): T {
  const own = counts;
  const at = operations.indexOf(operation) * fields;
  const begun = performance.now();
  own[at + 2]!++;
  const end = (): void => {
    own[at]!++;
    own[at + 1]! += performance.now() - begun;
    own[at + 2]!--;
  };
  let result: T;
  try {
    result = work();
  } catch (error) {
    end();
    throw error;
  }
  if (!(result instanceof Promise)) {
    end();
    return result;
  }
  return result.finally(end) as T;
}

export interface OperationTotal {
  readonly calls: number;
  /** Summed over threads, so it may exceed the elapsed time. */
  readonly milliseconds: number;
  /** Calls under way. */
  readonly active: number;
}

/** The sum over threads. */
export function totals(threads: Iterable<OperationCounts>): Record<Operation, OperationTotal> {
  const sums = new Float64Array(operations.length * fields);
  for (const own of threads) for (let i = 0; i < sums.length; i++) sums[i]! += own[i]!;
  return Object.fromEntries(
    operations.map((operation, index) => {
      const [calls, milliseconds, active] = sums.subarray(index * fields, index * fields + fields);
      return [operation, { calls: calls!, milliseconds: milliseconds!, active: active! }];
    }),
  ) as Record<Operation, OperationTotal>;
}
