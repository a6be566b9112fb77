import { basename } from "node:path";
import { Damaged, fault, readingOf } from "../fault.js";
import { groupOf, type Attributes, type Container, type Dimension, type Variable } from "../model.js";
import { bytesOf } from "../samples.js";
import { countOf } from "../shapes.js";
import { chunkReader } from "./chunks.js";
import { openFolder, type Folder } from "./folder.js";
import { asObject, attributesOf, readJson, type Json } from "./json.js";
import type { ArrayMetadata } from "./metadata.js";
import { readVersion2 } from "./version2.js";
import { readVersion3 } from "./version3.js";

/** Chunks of more bytes than this are refused. */
const largestChunk = 2 ** 30;

/** Opens a local Zarr store of version 2 or 3. */
export async function openZarr(path: string): Promise<Container> {
  const folder = openFolder(path);
  const arrays = await readingOf(path, "the Zarr store", () => findArrays(folder));
  if (!arrays) {
    throw fault(
      path,
      `${basename(path)} is not a Zarr store: it has neither zarr.json nor .zgroup, .zarray or .zmetadata`,
      {
        hint: "give the folder that contains one of these files",
      },
    );
  }
  return readingOf(path, "the Zarr store", () =>
    Promise.resolve({
      path,
      format: "Zarr",
      netcdf: false,
      variables: [...arrays].map(([key, array]) => toVariable(folder, key, array, arrays)),
      attributes: () => readingOf(path, "the Zarr store", () => rootAttributes(folder)),
      close: () => Promise.resolve(),
    }),
  );
}

async function rootAttributes(folder: Folder): Promise<Attributes> {
  const root = await readJson(folder, "zarr.json");
  return attributesOf(
    root ? asObject(root["attributes"] ?? {}, "attributes") : ((await readJson(folder, ".zattrs")) ?? {}),
  );
}

type Arrays = Map<string, ArrayMetadata>;

async function findArrays(folder: Folder): Promise<Arrays | undefined> {
  const root = await readJson(folder, "zarr.json");
  if (root) return findVersion3(folder, root);
  const consolidated = await readJson(folder, ".zmetadata");
  if (consolidated) return consolidated2(asObject(consolidated["metadata"], "metadata of .zmetadata"));
  const isStore = (await readJson(folder, ".zgroup")) ?? (await readJson(folder, ".zarray"));
  return isStore && findVersion2(folder);
}

const deepest = 16;
const mostNodes = 16384;

async function findVersion3(folder: Folder, root: Json): Promise<Arrays> {
  const arrays: Arrays = new Map();
  const whole = root["consolidated_metadata"];
  if (typeof whole === "object" && whole !== null) {
    const entries = asObject(asObject(whole, "consolidated_metadata")["metadata"], "consolidated_metadata");
    for (const [key, json] of Object.entries(entries)) {
      const node = asObject(json, key);
      if (node["node_type"] === "array")
        arrays.set(
          key,
          named(key, () => readVersion3(node)),
        );
    }
    return arrays;
  }
  let nodes = 0;
  const visit = async (key: string, json: Json, depth: number): Promise<void> => {
    if (++nodes > mostNodes || depth > deepest) throw new Damaged("it has too many groups");
    if (json["node_type"] === "array") {
      arrays.set(
        key,
        named(key, () => readVersion3(json)),
      );
      return;
    }
    for (const name of await folder.folders(key)) {
      const inner = key === "" ? name : `${key}/${name}`;
      const child = await readJson(folder, `${inner}/zarr.json`);
      if (child) await visit(inner, child, depth + 1);
    }
  };
  await visit("", root, 0);
  return arrays;
}

function consolidated2(entries: Json): Arrays {
  const arrays: Arrays = new Map();
  for (const [file, json] of Object.entries(entries)) {
    const [, key] = /^(?:(.*)\/)?\.zarray$/.exec(file) ?? [file];
    if (!file.endsWith(".zarray")) continue;
    const path = key ?? "";
    const attributes = entries[path === "" ? ".zattrs" : `${path}/.zattrs`];
    arrays.set(
      path,
      named(path, () => readVersion2(asObject(json, file), asObject(attributes ?? {}, ".zattrs"))),
    );
  }
  return arrays;
}

async function findVersion2(folder: Folder): Promise<Arrays> {
  const arrays: Arrays = new Map();
  let nodes = 0;
  const visit = async (key: string, depth: number): Promise<void> => {
    if (++nodes > mostNodes || depth > deepest) throw new Damaged("it has too many groups");
    const inKey = (name: string): string => (key === "" ? name : `${key}/${name}`);
    const array = await readJson(folder, inKey(".zarray"));
    if (array) {
      const attributes = (await readJson(folder, inKey(".zattrs"))) ?? {};
      arrays.set(
        key,
        named(key, () => readVersion2(array, attributes)),
      );
      return;
    }
    if (!(await readJson(folder, inKey(".zgroup")))) return;
    for (const name of await folder.folders(key)) await visit(inKey(name), depth + 1);
  };
  await visit("", 0);
  return arrays;
}

/** Names the array in whose metadata something is wrong. */
function named<T>(key: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Damaged) throw new Damaged(`array /${key}: ${error.message}`, { cause: error });
    throw error;
  }
}

function toVariable(folder: Folder, key: string, array: ArrayMetadata, arrays: Arrays): Variable {
  const { shape, chunk, type, typeName, attributes, fill, fillIsMissing, dimensionNames } = array;
  const path = key === "" ? basename(folder.path).replace(/\.zarr$/i, "") : key;
  const bytes = type ? countOf(chunk) * bytesOf(type) : 0;
  const tooLarge =
    bytes > largestChunk
      ? `its chunks of ${chunk.join(" x ")} are larger than ${largestChunk} bytes`
      : undefined;
  const unreadable = array.unreadable ?? tooLarge;
  const none = (): Promise<never> => Promise.reject(new Damaged(unreadable ?? "it has no numbers"));
  return {
    path,
    shape,
    dimensions: dimensionNames?.map((name, d) => dimensionOf(name, shape[d]!, groupOf(path), arrays)),
    type,
    typeName,
    attributes,
    chunkShape: chunk,
    fill,
    fillIsMissing,
    unreadable,
    readChunk: unreadable === undefined && type ? chunkReader(folder, key, array) : none,
  };
}

/** A dimension belongs to the nearest group, outwards, that has coordinates for it. */
function dimensionOf(name: string, length: number, group: string, arrays: Arrays): Dimension {
  for (let at = group; ; at = groupOf(at)) {
    const path = at === "" ? name : `${at}/${name}`;
    const coordinates = arrays.get(path);
    if (coordinates?.shape.length === 1 && coordinates.shape[0] === length) return { name, path, length };
    if (at === "") return { name, path: name, length };
  }
}
