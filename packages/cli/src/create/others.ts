import type { PartTemplate } from "./part.js";

/** Reports how many rows lack a value. */
export const stageTemplate: PartTemplate = {
  module: ({ name, part }) => `import { definePlugin } from "@quadrat/core";

/** Reads the merged table batch by batch and reports how many rows lack a value. */
function makeStage() {
  return {
    name: "${part}",
    async run({ merged, signal, progress }) {
      let [rows, incomplete] = [0, 0];
      for await (const batch of merged.batches({ rows: 2048 })) {
        signal.throwIfAborted();
        const columns = batch.schema.fields.map((_, index) => batch.getChildAt(index));
        for (let row = 0; row < batch.numRows; row++) {
          if (columns.some((column) => column.get(row) === null)) incomplete++;
        }
        rows += batch.numRows;
      }
      progress.log("info", \`\${incomplete} of \${rows} rows lack a value\`);
      return { rows };
    },
  };
}

export default definePlugin({
  name: "${name}",
  stages: [
    {
      name: "${part}",
      description: "reports how many rows lack a value",
      at: { position: "after", stage: "merge" },
      create: makeStage,
    },
  ],
});
`,
  test: () => `import { stageSuite, withStageContext } from "@quadrat/core/testing";

const [stage] = plugin.stages;

describe("the stage", () => {
  const withContext = (work, { signal }) => withStageContext(work, { signal });
  for (const { name, run } of stageSuite(stage, { withContext })) it(name, run);

  it("counts rows without a value", async () => {
    const logged = [];
    const table = { rows: 10, types: ["int32"], value: (row) => (row < 3 ? null : row) };
    await withStageContext(
      (context) =>
        stage.create({}).run({ ...context, progress: { ...context.progress, log: (_, line) => logged.push(line) } }),
      { table },
    );
    assert.deepEqual(logged, ["3 of 10 rows lack a value"]);
  });
});
`,
  usage: () => "# it runs after merge; nothing else needs to be configured",
};

/** The resident set of the process. */
export const backendTemplate: PartTemplate = {
  module: ({ name, part }) => `import { definePlugin } from "@quadrat/core";

export default definePlugin({
  name: "${name}",
  memoryBackends: [
    {
      name: "${part}",
      description: "the resident set of the process",
      // The limit of the run is offered as the option \`limit\`, in bytes.
      options: { parse: ({ limit = 1e9 }) => ({ limit }) },
      create: ({ limit }) => ({ sample: () => ({ used: process.memoryUsage.rss(), limit }) }),
    },
  ],
});
`,
  test: () => `import { memoryBackendSuite } from "@quadrat/core/testing";

const [backend] = plugin.memoryBackends;

describe("the memory backend", () => {
  for (const { name, run } of memoryBackendSuite(backend, { options: { limit: 2e9 } })) it(name, run);

  it("measures against the limit of the run", () => {
    assert.equal(backend.create({ limit: 2e9 }).sample().limit, 2e9);
  });
});
`,
  usage: ({ part }) => `memory:
  backend: ${part}`,
};

/** The fraction of a cell whose pixels are above a number. */
export const resamplingTemplate: PartTemplate = {
  module: ({ name, part }) => `import { definePlugin } from "@quadrat/core";

/** \`above\`: the number that pixels are compared with. */
const options = {
  parse({ above = 0, ...others }) {
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new Error(\`\${unknown} is not an option; allowed: above\`);
    if (!Number.isFinite(above)) throw new Error("above must be a number");
    return { above };
  },
};

export default definePlugin({
  name: "${name}",
  resamplings: [
    {
      name: "${part}",
      description: "the fraction of a cell whose pixels are above a number",
      options,
      create: ({ above }) => ({
        reduce(values, weights) {
          let [over, all] = [0, 0];
          for (let i = 0; i < values.length; i++) {
            if (values[i] > above) over += weights[i];
            all += weights[i];
          }
          return over / all;
        },
      }),
    },
  ],
});
`,
  test: () => `import { resamplingSuite } from "@quadrat/core/testing";

const [method] = plugin.resamplings;

describe("the resampling method", () => {
  for (const { name, run } of resamplingSuite(method)) it(name, run);

  it("weighs pixels by their coverage fraction", () => {
    const { reduce } = method.create({ above: 2 });
    assert.equal(reduce(Float64Array.of(1, 2, 3), Float64Array.of(1, 0.5, 0.5)), 0.25);
  });
});
`,
  usage: ({ part }) => `datasets:
  elevation: { path: elevation.tif, resample: { use: ${part}, above: 100 } }`,
};
