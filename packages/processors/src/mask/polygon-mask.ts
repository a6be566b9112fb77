import type { DatasetConfig, Grid } from "@quadrat/core";
import type { MaskConfig } from "@quadrat/core/host";
import { rasterDefaults } from "../inputs/open-input.js";
import { openPolygons } from "../ranges/open-ranges.js";
import { coverageOfRanges, maskOfRanges } from "../ranges/stage-ranges.js";
import { openMemoryStore } from "../tables/memory-store.js";
import type { FoundMask } from "./found-mask.js";

/** The cells that the polygons of a file take. */
export async function polygonMask(config: MaskConfig, grid: Grid, signal: AbortSignal): Promise<FoundMask> {
  const { path, rule, threshold, layer, where, invalid, crs } = config;
  const dataset: DatasetConfig = {
    ...rasterDefaults,
    path,
    kind: "ranges",
    measure: "presence",
    rule: rule ?? "centre",
    ...(threshold !== undefined && { threshold }),
    ...(layer !== undefined && { layer }),
    ...(where !== undefined && { where }),
    ...(invalid !== undefined && { invalid }),
    ...(crs !== undefined && { crs }),
  };
  const { job, warnings } = await openPolygons({ name: "mask", path, dataset });
  try {
    const store = await openMemoryStore();
    try {
      const found = await maskOfRanges(job, { grid, store, signal });
      const coverage = config.coverage
        ? await coverageOfRanges(job, { grid, store, signal, mask: found.mask })
        : undefined;
      return {
        mask: found.mask,
        coverage,
        warnings: [...warnings, ...found.warnings],
        used: job.reader.files,
      };
    } finally {
      await store.close();
    }
  } finally {
    await job.reader.close();
  }
}
