import { QuadratError } from "@quadrat/core";
import type {
  ExportContext,
  Exporter,
  ExporterDefinition,
  ExportTarget,
  MergedTable,
  TableOutline,
  WrittenFile,
} from "@quadrat/core";
import { geoTiffKeys, parseCrs } from "@quadrat/crs";
import { z } from "zod";
import { commonSamples, isInteger, requireNumbers, type Samples } from "./band-type.js";
import { chosenColumns, outlineOf, type BandColumn } from "./bands.js";
import type { Halving } from "./halve.js";
import { imageFields, overviewFields } from "./fields.js";
import { writeCog } from "./layout.js";
import { levelsOf, pyramid } from "./pyramid.js";
import { withScratch } from "./scratch.js";
import { stripWriter } from "./strips.js";

const optionsSchema = z.strictObject({
  columns: z
    .array(z.string())
    .min(1)
    .optional()
    .describe("the columns that become bands, in this order; default all"),
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, "letters without accents, digits, - and _")
    .optional()
    .describe("a part of the file's name, for several files of some columns each: merged.NAME.tif"),
  nodata: z
    .number()
    .optional()
    .describe(
      "a number that is not a value of any column, for cells without one; default NaN, or the smallest integer of a type that has room for it",
    ),
  overviews: z
    .enum(["auto", "average", "nearest", "none"])
    .default("auto")
    .describe("how overviews are made; auto: average of floating point columns, nearest of integers"),
  bigtiff: z.boolean().default(false).describe("a BigTIFF even if the file is smaller than 4 GiB"),
});

export type GeoTiffOptions = z.output<typeof optionsSchema>;

/** A Cloud Optimized GeoTIFF with a band per column. */
export const geotiff: ExporterDefinition<GeoTiffOptions> = {
  name: "geotiff",
  description: "Cloud Optimized GeoTIFF, a band per column",
  options: optionsSchema,
  extension: ({ name }) => (name === undefined ? ".tif" : `.${name}.tif`),
  cellsOnly: true,
  create: (options) => geotiffExporter(options),
};

/** TIFF counts bands in 16 bits. */
const mostBands = 65_535;

/** Writes the cells as a raster: tiles of 512 x 512 pixels, overviews, the directories before the data. */
export function geotiffExporter(options: GeoTiffOptions): Exporter {
  return {
    validate({ grid, columns }: TableOutline): void {
      // Columns that are known only later may be among those that are named.
      const names = options.columns;
      requireNumbers(names ? columns.filter(({ name }) => names.includes(name)) : columns);
      geoTiffKeys(parseCrs(grid.crs));
    },
    async write(table: MergedTable, target: ExportTarget, context: ExportContext): Promise<WrittenFile> {
      const { signal } = context;
      signal.throwIfAborted();
      const columns = chosenColumns(outlineOf(table.schema), options.columns);
      requireNumbers(columns);
      const bands = columns as readonly BandColumn[];
      if (bands.length > mostBands) throw tooMany(bands.length);
      const samples = commonSamples(
        bands.map(({ type }) => type),
        options.nodata,
      );
      const scratch = (name: string, use: Parameters<typeof withScratch<WrittenFile>>[1]) =>
        withScratch(`${target.path}.${name}.partial`, use);
      return scratch("strips", (strips) =>
        scratch("quarters", (waiting) =>
          scratch("tiles", (packed) => write(table, bands, samples, { strips, waiting, packed }, target)),
        ),
      );

      async function write(
        { grid }: MergedTable,
        bands: readonly BandColumn[],
        samples: Samples,
        {
          strips,
          waiting,
          packed,
        }: Record<"strips" | "waiting" | "packed", Parameters<typeof stripWriter>[3]>,
        { path }: ExportTarget,
      ): Promise<WrittenFile> {
        const levels = levelsOf(grid.width, grid.height, options.overviews !== "none");
        const halvings = bands.map(({ type }) => halvingOf(options.overviews, isInteger(type)));
        const tiles = pyramid(levels, halvings, samples, { packed, waiting }, context);
        const writer = stripWriter(table, bands, samples, strips);
        const full = (strip: number) => tiles.packRow(strip, (band) => writer.tiles(strip, band));
        for await (const batch of table.batches()) {
          signal.throwIfAborted();
          const rows = batch.numRows;
          await writer.add(batch, full);
          context.progress(rows);
        }
        signal.throwIfAborted();
        await writer.finish(full);
        const names = bands.map(({ name }) => name);
        const images = levels.map((level, index) => ({
          fields:
            index === 0
              ? imageFields(level, names, samples, grid, geoTiffKeys(parseCrs(grid.crs)))
              : overviewFields(level, names.length, samples),
          tiles: tiles.places[index]!,
        }));
        return writeCog(path, images, packed, options.bigtiff, signal);
      }
    },
  };
}

function halvingOf(overviews: GeoTiffOptions["overviews"], integer: boolean): Halving {
  if (overviews === "average" || overviews === "nearest") return overviews;
  return integer ? "nearest" : "average";
}

function tooMany(bands: number): QuadratError {
  return new QuadratError(
    "output",
    `a GeoTIFF has at most ${mostBands} bands; the table has ${bands} columns`,
    {
      hint: "list the columns that it shall have in its option `columns`",
      place: { key: "export.formats" },
    },
  );
}
