import { basename } from "node:path";
import { nearest, QuadratError, type StackLayer } from "@quadrat/core";
import type { BandChoice } from "@quadrat/core/host";

/** A band that becomes a column. */
export interface ChosenBand {
  /** From 0. */
  readonly index: number;
  /** What its column is named by. */
  readonly label: string;
}

/**
 * The bands that `bands:` names, in its sequence.
 * @throws QuadratError if the file does not have one of them, or two have the description that was given
 */
export function chooseBands(
  choice: BandChoice,
  layers: readonly StackLayer[],
  path: string,
): readonly ChosenBand[] {
  const labelOf = (index: number): string => layers[index]!.label ?? String(index + 1);
  if (choice === "all") {
    const shown = [...layers.keys()].filter((index) => layers[index]!.hidden !== true);
    if (shown.length === 0) throw fault(`${basename(path)} has no bands`);
    return shown.map((index) => ({ index, label: labelOf(index) }));
  }
  const find = (band: number | string): number => indexOf(band, layers, path);
  if (isList(choice)) {
    return choice.map((band) => {
      const index = find(band);
      return { index, label: labelOf(index) };
    });
  }
  return Object.entries(choice).map(([label, band]) => ({ label, index: find(band) }));
}

function isList(choice: Exclude<BandChoice, "all">): choice is readonly (number | string)[] {
  return Array.isArray(choice);
}

function indexOf(band: number | string, layers: readonly StackLayer[], path: string): number {
  const file = basename(path);
  if (typeof band === "number") {
    if (band <= layers.length) return band - 1;
    throw fault(`band ${band} does not exist: ${file} has ${layers.length}`, "bands are counted from 1");
  }
  const found = [...layers.keys()].filter((index) => layers[index]!.label === band);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const numbers = found.map((index) => index + 1).join(" and ");
    throw fault(
      `${found.length} bands of ${file} are described as ${band}: ${numbers}`,
      "give the number of the one that is meant",
    );
  }
  const labels = layers.flatMap(({ label }) => label ?? []);
  const near = nearest(band, labels);
  throw fault(
    `no band of ${file} is described as ${band}`,
    (near === undefined ? "" : `did you mean ${near}? `) +
      (labels.length > 0
        ? `its bands are described as ${labels.slice(0, 20).join(", ")}`
        : `its bands have no descriptions; give numbers from 1 to ${layers.length}`),
  );
}

function fault(message: string, hint?: string): QuadratError {
  return new QuadratError("usage", message, { ...(hint !== undefined && { hint }), place: { key: "bands" } });
}
