/** A plugin for benchmarks: an exporter that pulls the table, or leaves it alone, and writes next to nothing. */
import { writeFile } from "node:fs/promises";

const exporter = (name, pull) => ({
  name,
  extension: `.${name}`,
  create: () => ({
    async write(table, { path }, { progress }) {
      let rows = 0;
      if (pull) {
        for await (const batch of table.batches()) {
          rows += batch.numRows;
          progress(batch.numRows);
        }
      }
      await writeFile(path, `${rows}\n`);
    },
  }),
});

export default { name: "bench-nothing", exporters: [exporter("pull", true), exporter("leave", false)] };
