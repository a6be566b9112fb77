import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { interleaved } from "./compare.mjs";
import { quadrat } from "./measure.mjs";
import { writeWorkload } from "./workload.mjs";

const plugin = fileURLToPath(new URL("./nothing.mjs", import.meta.url));
const limitBytes = 512e6;

/** Cells of 8,000 columns, and those of a globe at 30 arc-seconds, whose rows of blocks have 88 MB each. */
const sizes = (quick) => ({
  narrow: { columns: 8000, rows: quick ? 1000 : 8000 },
  wide: { columns: 43_200, rows: quick ? 1024 : 21_600 },
});

const forms = { "tiles of 512": { tile: 512 }, "strips of 512": { strip: 512 } };

/** Staging two layers of a billion cells, which is not exported: time per cell beside that of 64 million, decodes, memory. */
export async function billionCells({ folder, quick }) {
  const { narrow, wide } = sizes(quick);
  const rounds = [];
  const targets = [];
  for (const [form, blocks] of Object.entries(forms)) {
    const decodes = [];
    const results = await interleaved(
      [
        contestant(folder, narrow, { form, blocks }, decodes),
        contestant(folder, wide, { form, blocks }, decodes),
      ],
      1,
    );
    rounds.push({ title: `two layers, ${form}: the store`, results });
    const [small, large] = results;
    const growth = (wide.columns * wide.rows) / (narrow.columns * narrow.rows);
    targets.push(
      {
        what: `${form}: time of a cell, of 64 million`,
        value: large.seconds / small.seconds / growth,
        most: 1.15,
      },
      {
        what: `${form}: CPU of a cell, of 64 million`,
        value: large.cpuSeconds / small.cpuSeconds / growth,
        most: 1.15,
      },
      { what: `${form}: decodes of a block`, value: decodes[1], most: 1.2 },
      { what: `${form}: peak memory, of the limit`, value: large.peakBytes / limitBytes, most: 1 },
    );
  }
  return { rounds, targets };
}

function contestant(folder, { columns, rows }, { form, blocks }, decodes) {
  const directory = join(folder, "p4", `wide-${columns}`);
  return {
    name: `${Math.round((columns * rows) / 1e6)} million cells, ${form}`,
    async run() {
      const config = await writeWorkload(folder, { columns, rows, datasets: 2 }, {}, blocks);
      await rm(directory, { recursive: true, force: true });
      const store = join(directory, "quadrat.duckdb");
      const { seconds, cpuSeconds, peakBytes } = await quadrat([
        ...["run", "--config", config, "--set", `export.directory=${directory}`, "--fresh"],
        ...["--set", "memory.limit=512MB", "--set", "merge.enable_streaming=true"],
        ...["--set", `plugins=[${plugin}]`, "--set", "export.formats=[leave]"],
      ]);
      decodes.push((await decodeCalls(store)) / (2 * blockCount(columns, rows, blocks)));
      const { size: outputBytes } = await stat(store);
      await rm(directory, { recursive: true, force: true });
      return { seconds, cpuSeconds, peakBytes, outputBytes };
    },
  };
}

async function decodeCalls(store) {
  const query =
    "SELECT calls::INTEGER AS calls FROM memory_operations WHERE stage = 'resample' AND operation = 'decode'";
  const { report } = await quadrat(["sql", query, "--store", store]);
  return report[0].calls;
}

/** Strips with more than 16 MiB are decoded as streams, some 256 KiB of whole rows at a time. */
function blockCount(columns, rows, { tile, strip }) {
  if (tile) return Math.ceil(columns / tile) * Math.ceil(rows / tile);
  if (strip * columns * 4 <= 2 ** 24) return Math.ceil(rows / strip);
  let piece = Math.floor(2 ** 18 / (columns * 4));
  while (strip % piece !== 0) piece--;
  return Math.ceil(rows / piece);
}
