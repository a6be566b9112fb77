import type { RandomAccessFile } from "@quadrat/core/base";
import { readingOf } from "../fault.js";
import type { AttributeValue, Container, Dimension, Variable } from "../model.js";
import { attributeValue, readAttributes, type RawAttribute } from "./attributes.js";
import { readDataspace } from "./dataspace.js";
import { readDatatype } from "./datatype.js";
import type { Hdf5File } from "./file.js";
import { GlobalHeap } from "./global-heap.js";
import { Message, readObject, resolveShared } from "./object-header.js";
import { isBareDimension, realPath, resolveDimensions, type ScaledDataset } from "./scales.js";
import { storedVariable } from "./stored-variable.js";
import { readSuperblock } from "./superblock.js";
import { walk, type FoundObject } from "./walk.js";

interface Dataset extends ScaledDataset {
  readonly object: FoundObject;
}

/** Opens an HDF5 file, NetCDF-4 among them: the structure is read, of the values only what is asked for. */
export async function openHdf5(file: RandomAccessFile, start: number): Promise<Container> {
  return readingOf(file.path, "the HDF5 file", async () => {
    const { hdf5, root } = await readSuperblock(file, start);
    const heap = new GlobalHeap(hdf5);
    const datasets: Dataset[] = [];
    for (const object of await walk(hdf5, root)) {
      const dataset = await understand(hdf5, heap, object);
      if (dataset) datasets.push(dataset);
    }
    const dimensions = await resolveDimensions(datasets, heap);
    const variables: Variable[] = [];
    for (const dataset of datasets) {
      if (isBareDimension(dataset)) continue;
      variables.push(await toVariable(hdf5, dataset, dimensions.get(dataset)));
    }
    const isNetcdf = datasets.some(({ attributes }) => attributes.has("_Netcdf4Dimid"));
    return {
      path: file.path,
      format: isNetcdf ? "NetCDF 4" : "HDF5",
      netcdf: isNetcdf || datasets.some(({ attributes }) => attributes.has("DIMENSION_LIST")),
      variables,
      attributes: async () => attributesOf(heap, await readAttributes(hdf5, await readObject(hdf5, root))),
      close: () => file.close(),
    };
  });
}

/** Attributes that only say how NetCDF is laid out in HDF5. */
const internal: readonly string[] = ["DIMENSION_LIST", "REFERENCE_LIST"];

async function understand(
  hdf5: Hdf5File,
  heap: GlobalHeap,
  object: FoundObject,
): Promise<Dataset | undefined> {
  const { path, address, messages } = object;
  const space = messages.find(({ type }) => type === Message.Dataspace);
  if (!space || !messages.some(({ type }) => type === Message.Layout)) return undefined;
  const body = await resolveShared(hdf5, space);
  body.at = 0;
  const { shape } = readDataspace(body);
  const raw = await readAttributes(hdf5, messages);
  return { object, path, address, shape, attributes: await attributesOf(heap, raw), raw };
}

async function attributesOf(
  heap: GlobalHeap,
  raw: readonly RawAttribute[],
): Promise<Map<string, AttributeValue>> {
  const attributes = new Map<string, AttributeValue>();
  for (const attribute of raw) {
    if (internal.includes(attribute.name)) {
      if (attribute.name === "DIMENSION_LIST") attributes.set(attribute.name, "");
      continue;
    }
    const value = await attributeValue(heap, attribute);
    if (value !== undefined) attributes.set(attribute.name, value);
  }
  return attributes;
}

async function toVariable(
  hdf5: Hdf5File,
  { object, path, attributes, shape }: Dataset,
  dimensions: readonly Dimension[] | undefined,
): Promise<Variable> {
  const { messages } = object;
  const typeMessage = messages.find(({ type }) => type === Message.Datatype)!;
  const spaceMessage = messages.find(({ type }) => type === Message.Dataspace)!;
  const typeBody = await resolveShared(hdf5, typeMessage);
  typeBody.at = 0;
  const spaceBody = await resolveShared(hdf5, spaceMessage);
  spaceBody.at = 0;
  const type = readDatatype(typeBody);
  const space = readDataspace(spaceBody);
  const stored = await storedVariable(hdf5, messages, type, space);
  return { path: realPath(path), shape, dimensions, attributes, fillIsMissing: false, ...stored };
}
