import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { agree } from "../agree.mjs";
import { interleaved } from "../compare.mjs";
import { measure, quadrat } from "../measure.mjs";
import { python, script } from "../peers.mjs";
import { writeWorkload } from "../workload.mjs";
import { sized } from "./p1.mjs";

export const title = "export alone, from a store of 10 million cells x 10";

const formats = [
  { name: "csv", entry: "csv", file: "merged.csv", peer: "csv", time: 0.5, pandas: true },
  {
    ...{ name: "csv.gz", entry: { use: "csv", compress: true }, file: "merged.csv.gz", peer: "csv.gz" },
    ...{ time: 0.2, size: 1.03 },
  },
  { name: "parquet", entry: "parquet", file: "merged.parquet", peer: "parquet", time: 1.05 },
  // DuckDB without extensions writes no Arrow: its Parquet stands in.
  { name: "arrow", entry: "arrow", file: "merged.arrow", peer: "parquet", time: 1.1, differs: true },
];

export async function run({ folder, repeat, quick, versions }) {
  const place = join(folder, "p3");
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  const size = { columns: 4000, rows: quick ? 280 : 2500, datasets: 10 };
  const config = await writeWorkload(folder, size, { memory: { limit: "512MB" } });
  const store = join(place, "quadrat", "quadrat.duckdb");
  const args = (entry) => [
    ...["run", "--config", config, "--set", `export.directory=${join(place, "quadrat")}`],
    ...["--set", "merge.enable_streaming=true", "--set", `export.formats=${JSON.stringify([entry])}`],
  ];
  await quadrat(args("csv"));
  const rounds = [];
  const targets = [];
  for (const { name, entry, file, peer, time, size: most, pandas, differs } of formats) {
    const own = join(place, "quadrat", file);
    const copied = join(place, `duckdb.${peer}`);
    const contestants = [
      { name: "Quadrat", run: () => sized(quadrat(args(entry), { anew: own }), own) },
      {
        name: `DuckDB COPY to ${peer}`,
        run: () => sized(measure("node", [script("duckdb_copy.mjs"), store, copied, peer]), copied),
      },
    ];
    if (pandas && versions.pandas) {
      const columns = join(place, "columns");
      await measure("node", [script("store_to_columns.mjs"), store, columns]);
      const out = join(place, "pandas.csv");
      contestants.push({
        name: "pandas to_csv, from arrays",
        run: () => sized(measure(python, [script("columns_to_csv.py"), columns, out]), out),
      });
    }
    const results = await interleaved(contestants, repeat);
    rounds.push({ title: name, results });
    const [ours, theirs] = results;
    targets.push({ what: `time of ${name}`, value: ours.seconds / theirs.seconds, most: time });
    if (most) targets.push({ what: `size of ${name}`, value: ours.outputBytes / theirs.outputBytes, most });
    if (!differs) await agree(own, copied);
  }
  return { rounds, targets };
}
