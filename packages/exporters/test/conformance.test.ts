import type { ExporterDefinition } from "@quadrat/core";
import { exporterSuite } from "@quadrat/core/testing";
import { describe, it } from "vitest";
import { builtinExporters } from "../src/index.js";

const variants: Readonly<Record<string, readonly object[]>> = {
  csv: [{}, { compress: true }],
  parquet: [{}],
  arrow: [{}],
  geoparquet: [{}, { geometry: "polygon" }],
  geotiff: [{}, { overviews: "none", nodata: -99_999 }],
};

describe.each(builtinExporters.exporters.map(({ name }, index) => [name, index] as const))(
  "%s",
  (name, index) => {
    const definition: ExporterDefinition = builtinExporters.exporters[index]!;
    describe.each(variants[name]!)("with options %j", (options) => {
      for (const { name: demand, run } of exporterSuite(definition, {
        options: options as Record<string, unknown>,
      }))
        it(demand, run);
    });
  },
);
