import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { interleaved } from "../compare.mjs";
import { quadrat } from "../measure.mjs";
import { writeWorkload } from "../workload.mjs";

export const title =
  "the join: 2, 10, 50 and 200 layers of 250,000 cells, staged before, pulled as Arrow batches";

const nothing = fileURLToPath(new URL("../nothing.mjs", import.meta.url));
const cells = { columns: 500, rows: 500 };

export async function run({ folder, repeat, quick }) {
  const contestants = [];
  const joined = new Map();
  for (const layers of quick ? [2, 10] : [2, 10, 50, 200]) {
    const config = await writeWorkload(folder, { ...cells, datasets: layers }, { plugins: [nothing] });
    const directory = join(folder, "p5", String(layers));
    const args = [
      ...["run", "--config", config, "--set", "memory.limit=512MB", "--set", "merge.enable_streaming=true"],
      ...["--set", 'export.formats=["pull"]', "--set", `export.directory=${directory}`],
    ];
    await quadrat(args);
    contestants.push({
      name: `${layers} layers`,
      async run() {
        const { report, ...figures } = await quadrat(args, { anew: join(directory, "merged.pull") });
        const seconds = report.stages
          .filter(({ name }) => name === "merge" || name === "export")
          .reduce((sum, stage) => sum + stage.seconds, 0);
        return { ...figures, seconds, outputBytes: 0 };
      },
    });
    joined.set(`${layers} layers`, layers);
  }
  const results = await interleaved(contestants, repeat);
  const each = (result) => result.seconds / joined.get(result.name);
  return {
    rounds: [{ title: "seconds of merging and pulling", results }],
    targets: [
      {
        what: "time of a value at 200 layers, of 10",
        value: each(results.at(-1)) / each(results[1]),
        most: 1.5,
      },
    ],
  };
}
