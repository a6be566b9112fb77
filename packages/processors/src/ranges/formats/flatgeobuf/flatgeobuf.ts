import { isQuadratError } from "@quadrat/core";
import { inputError } from "../../../tables/faults.js";
import type { Feature, FeatureReader, FeatureRequest, FormatRequest } from "../../feature.js";
import { FileWindow } from "../file-window.js";
import { refuseShapes } from "../refuse-shapes.js";
import { RingBuilder } from "../ring-builder.js";
import { FlatTable } from "./flatbuffer.js";
import { readFlatGeometry, readFlatValues } from "./geometry.js";
import { readHeader, type FlatHeader } from "./header.js";
import { indexBytes, search } from "./search.js";

/** FlatGeobuf, feature by feature; with an index only those that meet the window. */
export async function openFlatGeobuf({ path }: FormatRequest): Promise<FeatureReader> {
  const window = await FileWindow.open(path);
  try {
    const header = await readHeader(window);
    const { geometryType } = header;
    if (geometryType === 1 || geometryType === 4) throw refuseShapes(path, "point");
    if (geometryType === 2 || geometryType === 5) throw refuseShapes(path, "line");
    const length = indexBytes(header.count, header.nodeSize);
    if (header.indexAt + length > window.size)
      throw inputError(path, "the file ends within its index", { hint: "copy or export it again" });
    return {
      file: path,
      fields: header.columns,
      crs: header.crs,
      files: [path],
      warnings: [],
      features: (request) => features(window, header, header.indexAt + length, request),
      close: () => window.close(),
    };
  } catch (error) {
    await window.close();
    throw error;
  }
}

async function* features(
  window: FileWindow,
  header: FlatHeader,
  start: number,
  request: FeatureRequest,
): AsyncGenerator<Feature> {
  const builder = new RingBuilder();
  const { count, nodeSize, indexAt } = header;
  if (request.windows && nodeSize > 0 && count > 0) {
    for (const { offset, index } of await search(window, indexAt, count, nodeSize, request.windows)) {
      request.signal.throwIfAborted();
      yield (await featureAt(window, header, start + offset, index + 1, request, builder)).feature;
    }
    return;
  }
  let position = 0;
  for (let at = start; at < window.size;) {
    if (position % 256 === 0) request.signal.throwIfAborted();
    const { feature, end } = await featureAt(window, header, at, ++position, request, builder);
    yield feature;
    at = end;
  }
  if (count > 0 && position !== count)
    throw inputError(window.file, `it has ${position} features, but its header says ${count}`, {
      hint: "the file is damaged or incomplete: copy or export it again",
    });
}

async function featureAt(
  window: FileWindow,
  header: FlatHeader,
  at: number,
  position: number,
  { fields }: FeatureRequest,
  builder: RingBuilder,
): Promise<{ feature: Feature; end: number }> {
  const length = (await window.read(at, 4)).readUInt32LE(0);
  const bytes = await window.read(at + 4, length);
  try {
    const table = FlatTable.root(bytes);
    builder.clear();
    readFlatGeometry(table.table(0), header.geometryType, builder);
    const values = readFlatValues(table, header.columns, fields);
    return { feature: { position, ...builder.finish(), values }, end: at + 4 + length };
  } catch (cause) {
    if (isQuadratError(cause)) throw cause;
    throw inputError(window.file, `feature ${position}: ${(cause as Error).message}`, { cause });
  }
}
