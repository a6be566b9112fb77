import {
  required,
  type Catalogue,
  type DatasetEntry,
  type DatasetWork,
  type OpenDataset,
  type StageContext,
  type StagedDataset,
} from "@quadrat/core";
import type { InputFile } from "@quadrat/core/host";
import { entryOf } from "./entry.js";
import { unchangedInputs } from "./inputs.js";
import { filesOf, hasher } from "./dataset-files.js";

/** What staging would do about every dataset, and why. Reads the content of those files alone whose state leaves a doubt. */
export async function workOutlook(context: StageContext): Promise<readonly DatasetWork[]> {
  const datasets = required(context, "datasets");
  const positions = new Map(datasets.map(({ name }, index) => [name, index]));
  const found = new Array<Found | undefined>(datasets.length);
  const visit = async (index: number): Promise<Found> => {
    const known = found[index];
    if (known) return known;
    const dataset = datasets[index]!;
    const reads: Found[] = [];
    for (const name of dataset.reads ?? []) reads.push(await visit(positions.get(name)!));
    return (found[index] = await look(dataset, index, reads, context));
  };
  for (const index of datasets.keys()) await visit(index);
  return found.map((one) => one!.work);
}

interface Found {
  readonly work: DatasetWork;
  /** What is in the store, if all of it can be used. */
  readonly staged?: StagedDataset | undefined;
}

async function look(
  dataset: OpenDataset,
  position: number,
  reads: readonly Found[],
  context: StageContext,
): Promise<Found> {
  const { name } = dataset;
  const { catalogue } = context;
  const stage = (reason: string): Found => ({ work: { name, action: "stage", reason } });
  if (!catalogue) return stage("there is no store yet");
  const before = await catalogue.stateOf(name);
  if (!before) return stage("it is not in the store");
  const undone = reads.find(({ staged }) => !staged);
  if (undone) return stage(`it reads ${undone.work.name}, of which there is something to do`);
  const now = (await filesOf(dataset)).before;
  const entry = await entryOf(
    dataset,
    now,
    position,
    reads.map(({ staged }) => staged!),
    context,
  );
  if (before.key !== entry.key) return stage(await otherKey(entry, before, catalogue, context));
  const inputs = await unchangedInputs(before.inputs, now, hasher(context));
  if (!inputs) return stage(await otherFiles(before.inputs, now, context));
  const staged = await catalogue.find({ ...entry, inputs });
  if (staged) return { work: { name, action: "reuse", reason: "nothing has changed" }, staged };
  const cells = entry.layout === "dense" ? await catalogue.reached(entry) : 0;
  if (cells === 0) return stage("an earlier run was interrupted before it had finished anything of it");
  const { size } = required(context, "grid");
  const reason = `an earlier run was interrupted after ${cells} of ${size} cells`;
  return { work: { name, action: "resume", reason } };
}

async function otherKey(
  { path, method, driver, dataType }: DatasetEntry,
  before: NonNullable<Awaited<ReturnType<Catalogue["stateOf"]>>>,
  catalogue: Catalogue,
  context: StageContext,
): Promise<string> {
  if (!(await catalogue.hasGrid(required(context, "grid")))) return "the grid is another";
  if (!(await catalogue.hasMask(context.mask?.cells))) return "the mask is another";
  if (before.path !== path)
    return before.path === "" || path === "" ? "it was something else" : `its file was ${before.path}`;
  if (path === "") return "its SQL, or what it reads, is another";
  if (before.method !== method) return `its method was ${before.method}`;
  if (before.driver !== driver) return `it was read by ${before.driver}`;
  if (before.dataType !== dataType) return `its type was ${before.dataType}`;
  return "its settings, a plugin, or Quadrat's version are others";
}

/** Names the first file that is another now. */
async function otherFiles(
  then: readonly InputFile[],
  now: readonly InputFile[],
  context: StageContext,
): Promise<string> {
  const current = new Map(now.map((file) => [file.path, file]));
  for (const file of then) {
    const found = current.get(file.path);
    if (!found) return `${file.path} is no longer there`;
    if (!(await unchangedInputs([file], [found], hasher(context)))) return `${file.path} has changed`;
    current.delete(file.path);
  }
  for (const path of current.keys()) return `${path} has appeared`;
  return "its files are in another order";
}
