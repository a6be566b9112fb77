import type { HeapProfiler, Session } from "node:inspector";
import { allocationSites, type AllocationSites } from "./allocation-sites.js";

/** Finds which functions allocated the objects that are alive. */
export interface AllocationProfiler {
  /** What was allocated since the start and is still alive. @throws Error if no profile is available */
  sites(): AllocationSites;
  stop(): void;
}

/**
 * V8's sampling heap profiler on this thread, with one sample per given number of bytes. Only one can run in a
 * thread at a time.
 * @throws Error if Node was built without the inspector, or the profiler is already running
 */
export function startAllocationProfiler(samplingInterval: number): AllocationProfiler {
  // Not imported: in a Node without the inspector an import would fail for everything in this package.
  const { Session } = process.getBuiltinModule("node:inspector");
  const session = new Session();
  session.connect();
  try {
    answerOf((done) => {
      const options = {
        samplingInterval,
        includeObjectsCollectedByMajorGC: false,
        includeObjectsCollectedByMinorGC: false,
      };
      session.post("HeapProfiler.startSampling", options, (error) => done(error, true));
    });
  } catch (error) {
    session.disconnect();
    throw error;
  }
  return {
    sites: () => allocationSites(profileOf(session).head),
    stop() {
      session.post("HeapProfiler.stopSampling");
      session.disconnect();
    },
  };
}

/** V8 collects all garbage before answering. */
function profileOf(session: Session): HeapProfiler.SamplingHeapProfile {
  return answerOf((done) =>
    session.post("HeapProfiler.getSamplingProfile", (error, result) => done(error, result?.profile)),
  );
}

/** The inspector answers its own thread before `post` returns. */
function answerOf<T>(ask: (done: (error: Error | null, value: T | undefined) => void) => void): T {
  let answer: T | undefined;
  let failure: Error | null = new Error("the heap profiler did not answer");
  ask((error, value) => {
    failure = error;
    answer = value;
  });
  if (answer === undefined) throw failure ?? new Error("the heap profiler gave no profile");
  return answer;
}
