import type { MemoryBackendDefinition } from "@quadrat/core";
import { z } from "zod";
import { limitOption, type SourcedBackend } from "./sample.js";

const gibibyte = 1024 ** 3;
const series = z.array(z.number().nonnegative().finite()).min(1);

const schema = z
  .strictObject({
    limit: limitOption,
    /** Ratios to the limit, one per sample. */
    ratios: series.optional(),
    /** Bytes, one per sample. */
    bytes: series.optional(),
    /** Whether to start again after the last one; otherwise the last one is repeated. */
    repeat: z.boolean().optional(),
  })
  .refine(({ ratios, bytes }) => (ratios === undefined) !== (bytes === undefined), {
    message: "give either ratios (to the limit) or bytes: a list with a number for each sample",
  });

export type ScriptedBackendOptions = z.infer<typeof schema>;

/** A given series instead of a measurement, for tests and demonstrations. @throws ZodError on options of another shape */
export function scriptedBackend(options: ScriptedBackendOptions): SourcedBackend {
  const { limit = gibibyte, ratios, bytes, repeat = false } = schema.parse(options);
  const values = bytes ?? ratios!.map((ratio) => ratio * limit);
  let next = 0;
  return {
    sample() {
      const used = values[repeat ? next % values.length : Math.min(next, values.length - 1)]!;
      next++;
      return { used, limit, source: "script" };
    },
  };
}

export const scriptedBackendDefinition: MemoryBackendDefinition<ScriptedBackendOptions> = {
  name: "scripted",
  description: "a given series, for tests and demonstrations",
  options: schema,
  create: (options) => scriptedBackend(options),
};
