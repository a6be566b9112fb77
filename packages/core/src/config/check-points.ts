import { nearest } from "../errors.js";
import { kindOfDataset } from "./kinds.js";
import type { DatasetSettings, Settings } from "./schema.js";
import type { Path } from "./tree.js";

type PointSettings = NonNullable<Settings["points"]>;

/** Columns of the table of points that come before those of the datasets. */
export const pointColumns = ["x", "y", "species", "presence", "fold"] as const;

/** Refuses what can't be done for a table of points. `names` are those of all datasets, valid or not. */
export function checkPoints(
  points: PointSettings,
  names: readonly string[],
  datasets: Settings["datasets"],
  report: (path: Path, message: string, on?: "key" | "value") => void,
): void {
  const check = (path: Path, name: string): void => {
    if (!names.includes(name)) {
      const near = nearest(name, names);
      const others = occurrencesAmong(datasets);
      const hint = near
        ? `did you mean ${near}?`
        : `allowed: ${others.join(", ") || "none: no dataset has kind: occurrences"}`;
      report(path, `there is no dataset "${name}"; ${hint}`);
      return;
    }
    const dataset = datasets[name];
    // Of a dataset that is not valid the kind is not known.
    if (dataset === undefined || isOccurrences(dataset)) return;
    report(path, `dataset "${name}" is not of kind occurrences, which alone has records`);
  };
  check(["points", "records"], points.records);
  const from = points.background?.from;
  if (typeof from === "object") {
    check(["points", "background", "from", "target_group"], from.target_group);
    if (from.target_group === points.records && points.background?.allow_presence !== true)
      report(
        ["points", "background", "from", "target_group"],
        "is the dataset of the records themselves, whose cells can't be background; name another, or set allow_presence: true",
      );
  }
  const taken = [...pointColumns].filter((column) => column !== "fold" || points.folds);
  for (const name of names) {
    const column = taken.find((one) => one === name.toLowerCase());
    if (column !== undefined && column !== "x" && column !== "y")
      report(["datasets", name], `\`points\` adds a column named ${column}; rename the dataset`, "key");
  }
}

function occurrencesAmong(datasets: Settings["datasets"]): string[] {
  return Object.entries(datasets).flatMap(([name, dataset]) => (isOccurrences(dataset) ? [name] : []));
}

function isOccurrences(dataset: DatasetSettings): boolean {
  if (dataset.sql !== undefined) return false;
  const { path, source } = dataset;
  return (
    (dataset.kind ?? (path === undefined ? undefined : kindOfDataset({ path, source }))) === "occurrences"
  );
}
