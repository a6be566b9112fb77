import { numbersOf, type Attributes, type Dimension } from "../model.js";
import type { RawAttribute } from "./attributes.js";
import { referencesOf } from "./attributes.js";
import type { GlobalHeap } from "./global-heap.js";

/** A dataset, as far as its dimensions are concerned. */
export interface ScaledDataset {
  readonly address: number;
  readonly path: string;
  readonly shape: readonly number[];
  readonly attributes: Attributes;
  readonly raw: readonly RawAttribute[];
}

/** NetCDF names a variable so if its name is that of a dimension whose coordinates it does not have. */
const disguise = "_nc4_non_coord_";

export function realPath(path: string): string {
  const at = path.lastIndexOf("/") + 1;
  return path.startsWith(disguise, at) ? path.slice(0, at) + path.slice(at + disguise.length) : path;
}

/** Whether a dataset only stands for a dimension without coordinates. */
export function isBareDimension({ attributes }: Pick<ScaledDataset, "attributes">): boolean {
  const name = attributes.get("NAME");
  return (
    isScale(attributes) && typeof name === "string" && name.startsWith("This is a netCDF dimension but not")
  );
}

function isScale(attributes: Attributes): boolean {
  return attributes.get("CLASS") === "DIMENSION_SCALE";
}

/** The dimensions of each dataset, as its dimension scales name them; undefined where it has none. */
export async function resolveDimensions(
  datasets: readonly ScaledDataset[],
  heap: GlobalHeap,
): Promise<Map<ScaledDataset, readonly Dimension[] | undefined>> {
  const byAddress = new Map(datasets.map((dataset) => [dataset.address, dataset]));
  const byNumber = new Map<number, ScaledDataset>();
  for (const dataset of datasets) {
    const number = numbersOf(dataset.attributes, "_Netcdf4Dimid")?.[0];
    if (number !== undefined && isScale(dataset.attributes)) byNumber.set(number, dataset);
  }
  const found = new Map<ScaledDataset, readonly Dimension[] | undefined>();
  for (const dataset of datasets) {
    const scales = await scalesOf(dataset, byAddress, byNumber, heap);
    const isWhole = scales.length === dataset.shape.length && scales.every((scale) => scale !== undefined);
    found.set(
      dataset,
      isWhole
        ? scales.map(({ path }, d) => {
            const real = realPath(path);
            return { name: real.slice(real.lastIndexOf("/") + 1), path: real, length: dataset.shape[d]! };
          })
        : undefined,
    );
  }
  return found;
}

async function scalesOf(
  dataset: ScaledDataset,
  byAddress: ReadonlyMap<number, ScaledDataset>,
  byNumber: ReadonlyMap<number, ScaledDataset>,
  heap: GlobalHeap,
): Promise<(ScaledDataset | undefined)[]> {
  const numbers = numbersOf(dataset.attributes, "_Netcdf4Coordinates");
  if (numbers) return numbers.map((number) => byNumber.get(number));
  if (isScale(dataset.attributes) && dataset.shape.length === 1) return [dataset];
  const list = dataset.raw.find(({ name }) => name === "DIMENSION_LIST");
  if (!list) return [];
  const addresses = await referencesOf(heap, list);
  return addresses.map((address) => (address === undefined ? undefined : byAddress.get(address)));
}
