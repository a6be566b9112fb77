import type { ExporterDefinition } from "../../src/index.js";
import { Registry } from "../../src/host.js";
import { builtinCore } from "../../src/plugin/builtin.js";
import { stageSuite, withStageContext } from "../../src/testing/index.js";
import { describe, it } from "vitest";

const count: ExporterDefinition = {
  name: "csv",
  extension: ".count",
  create: () => ({
    async write(table, { path }, { progress, signal }) {
      const { writeFile } = await import("node:fs/promises");
      for await (const batch of table.batches()) {
        signal.throwIfAborted();
        progress(batch.numRows);
      }
      await writeFile(path, "counted");
    },
  }),
};

describe.each(builtinCore.stages)("stage $name", (definition) => {
  const checks = stageSuite(definition, {
    withContext: (work, { signal }) =>
      withStageContext(
        async (context) => {
          const { mkdir } = await import("node:fs/promises");
          await mkdir(context.config.export.directory);
          await work(context);
        },
        { signal, registry: new Registry().use({ name: "count", exporters: [count] }) },
      ),
  });
  for (const { name, run } of checks) it(name, run);
});
