import { required, type OpenDataset, type StageContext, type StagedDataset } from "@quadrat/core";
import { held } from "./held.js";

/**
 * Stages the datasets that are queries, each after those that it reads, which are staged too unless they have been. They run in sequence in a single thread of DuckDB,
 * so that sums of floating-point numbers do not depend on the number of threads.
 */
export async function stageQueries(
  datasets: readonly OpenDataset[],
  staged: readonly StagedDataset[],
  stage: (index: number, reads: readonly StagedDataset[]) => Promise<void>,
  context: StageContext,
): Promise<void> {
  const positions = new Map(datasets.map(({ name }, index) => [name, index]));
  const visit = async (index: number): Promise<void> => {
    if (staged[index]) return;
    const reads = (datasets[index]!.reads ?? []).map((name) => positions.get(name)!);
    for (const read of reads) await visit(read);
    await stage(
      index,
      reads.map((read) => staged[read]!),
    );
  };
  if (datasets.every(({ reads }) => !reads)) return;
  await held(required(context, "store"), { threads: 1 }, async () => {
    for (const [index, { reads }] of datasets.entries()) if (reads) await visit(index);
  });
}
