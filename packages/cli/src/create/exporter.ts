import type { PartTemplate } from "./part.js";

/** Tab-separated text. */
export const exporterTemplate: PartTemplate = {
  module: ({ name, part }) => `import { open } from "node:fs/promises";
import { definePlugin } from "@quadrat/core";

/** \`missing\`: the text written for NULL. A zod schema would do as well: anything with \`parse\`. */
const options = {
  parse({ missing = "", ...others }) {
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new Error(\`\${unknown} is not an option; allowed: missing\`);
    return { missing: String(missing) };
  },
};

/** Writes the table batch by batch: memory must not grow with its rows. */
async function write(table, target, { signal, progress }, { missing }) {
  signal.throwIfAborted();
  const file = await open(target.path, "w");
  try {
    await file.write(\`\${table.schema.fields.map(({ name }) => name).join("\\t")}\\n\`);
    for await (const batch of table.batches({ rows: 2048 })) {
      signal.throwIfAborted();
      const columns = batch.schema.fields.map((_, index) => batch.getChildAt(index));
      let text = "";
      for (let row = 0; row < batch.numRows; row++) {
        text += \`\${columns.map((column) => column.get(row) ?? missing).join("\\t")}\\n\`;
      }
      await file.write(text);
      progress(batch.numRows);
    }
    signal.throwIfAborted();
  } finally {
    await file.close();
  }
}

export default definePlugin({
  name: "${name}",
  exporters: [
    {
      name: "${part}",
      description: "tab-separated text",
      extension: ".tsv",
      options,
      create: (options) => ({
        write: (table, target, context) => write(table, target, context, options),
      }),
    },
  ],
});
`,
  test: () => `import { exporterSuite } from "@quadrat/core/testing";

const [exporter] = plugin.exporters;

describe("the exporter", () => {
  for (const { name, run } of exporterSuite(exporter)) it(name, run);

  it("refuses unknown options", () => {
    assert.throws(() => exporter.options.parse({ colour: "red" }), /colour is not an option/);
  });
});
`,
  usage: ({ part }) => `export:
  formats: [${part}] # or {use: ${part}, missing: NA}`,
};
