import { reclaimAll } from "../memory-reclaim.js";
import type { MemoryBackendDefinition } from "../plugin/definitions.js";
import type { MemoryBackend } from "../plugin/memory.js";
import { parseOptions } from "../plugin/options.js";
import { soundDefinition, demand, type Check } from "./check.js";

export interface MemoryBackendSuiteOptions {
  /** Options as written in a configuration, with `limit` in bytes if the backend takes one; default none. */
  readonly options?: Readonly<Record<string, unknown>>;
}

const samples = 2000;
const mostKeptBytes = 512 * samples;

/** The conformance suite of memory backends. */
export function memoryBackendSuite<Options>(
  definition: MemoryBackendDefinition<Options>,
  settings: MemoryBackendSuiteOptions = {},
): Check[] {
  const withBackend = async (work: (backend: MemoryBackend) => Promise<void>): Promise<void> => {
    const options = parseOptions(
      definition.options,
      settings.options ?? {},
      `memory backend "${definition.name}"`,
      {},
    );
    const backend = await definition.create(options);
    try {
      await work(backend);
    } finally {
      await backend.close?.();
    }
  };
  const sample = async (backend: MemoryBackend): Promise<void> => {
    const { used, limit } = await backend.sample();
    demand(
      Number.isFinite(used) && used >= 0,
      () => `used must be a number of bytes, 0 or more; it is ${used}`,
    );
    demand(
      Number.isFinite(limit) && limit > 0,
      () => `limit must be a number of bytes above 0; it is ${limit}`,
    );
  };
  return [
    soundDefinition({ memoryBackends: [definition] }),
    {
      name: "returns readings in bytes",
      run: () =>
        withBackend(async (backend) => {
          for (let i = 0; i < 10; i++) await sample(backend);
        }),
    },
    {
      name: "answers several calls at once",
      run: () =>
        withBackend(
          async (backend) => void (await Promise.all(Array.from({ length: 5 }, () => sample(backend)))),
        ),
    },
    {
      name: "holds nothing of its readings",
      run: () =>
        withBackend(async (backend) => {
          for (let i = 0; i < samples; i++) await backend.sample();
          const before = held();
          for (let i = 0; i < samples; i++) await backend.sample();
          const kept = held() - before;
          demand(
            kept < mostKeptBytes,
            () => `sample is called throughout a run: after ${samples} calls ${kept} more bytes are held`,
          );
        }),
    },
    {
      name: "can be closed, and created again",
      async run() {
        await withBackend(sample);
        await withBackend(sample);
      },
    },
  ];
}

function held(): number {
  reclaimAll();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
