import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { interleaved } from "../compare.mjs";
import { quadrat } from "../measure.mjs";
import { writeWorkload } from "../workload.mjs";
import { billionCells } from "../billion.mjs";

export const title = "growth: 1, 4, 16 and 64 million cells x 3 to CSV";

export async function run({ folder, repeat, quick, billion }) {
  const contestants = [];
  for (const millions of quick ? [1, 4] : [1, 4, 16, 64]) {
    const config = await writeWorkload(folder, { columns: 8000, rows: millions * 125, datasets: 3 });
    const directory = join(folder, "p4", String(millions));
    contestants.push({
      name: `${millions} million cells`,
      async run() {
        await rm(directory, { recursive: true, force: true });
        const { seconds, cpuSeconds, peakBytes } = await quadrat([
          ...["run", "--config", config, "--fresh", "--set", "memory.limit=512MB"],
          ...["--set", "merge.enable_streaming=true", "--set", `export.directory=${directory}`],
        ]);
        const disk = await Promise.all(
          ["merged.csv", "quadrat.duckdb"].map(async (name) => (await stat(join(directory, name))).size),
        );
        await rm(directory, { recursive: true, force: true });
        return { seconds, cpuSeconds, peakBytes, outputBytes: disk[0] + disk[1] };
      },
    });
  }
  const results = await interleaved(contestants, repeat);
  const [small, large] = [results[1], results.at(-1)];
  const growth = quick ? 1 : 16;
  const wide = billion ? await billionCells({ folder, quick }) : { rounds: [], targets: [] };
  return {
    rounds: [{ title: "output: CSV and store", results }, ...wide.rounds],
    targets: [
      ...wide.targets,
      {
        what: "time of a cell at 64 million, of 4",
        value: large.seconds / small.seconds / growth,
        most: 1.15,
      },
      { what: "peak memory at 64 million, of 4", value: large.peakBytes / small.peakBytes, most: 1.1 },
    ],
  };
}
