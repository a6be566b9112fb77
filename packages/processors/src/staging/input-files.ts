import type { OpenDataset } from "@quadrat/core";

/** All files that a dataset is read from, in order: what its identity and its hash must cover. */
export function inputFiles({
  source,
  config,
}: Pick<OpenDataset, "source" | "config">): readonly [string, ...string[]] {
  const [first = config.path, ...rest] = (source.kind === "cells" && source.cells.files) || [];
  return [first, ...rest];
}
