import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Bounds } from "@quadrat/core";
import { inputError } from "../../../tables/faults.js";
import type { Feature, FeatureReader, FeatureRequest, FormatRequest } from "../../feature.js";
import { refuseShapes } from "../refuse-shapes.js";
import { FileWindow } from "../file-window.js";
import { meets } from "../windows.js";
import { RingBuilder } from "../ring-builder.js";
import { openDbf, type AttributeTable } from "./dbf.js";

const headBytes = 100;
const kinds: Readonly<Record<number, "null" | "point" | "line" | "polygon">> = {
  0: "null",
  1: "point",
  3: "line",
  5: "polygon",
  8: "point",
  11: "point",
  13: "line",
  15: "polygon",
  18: "point",
  21: "point",
  23: "line",
  25: "polygon",
  28: "point",
};

/** A shapefile, record by record, with the table beside it. What turns which way is not looked at: rings are even-odd. */
export async function openShapefile({ path, encoding }: FormatRequest): Promise<FeatureReader> {
  const beside = await filesBeside(path);
  const window = await FileWindow.open(path);
  let table: AttributeTable | undefined;
  try {
    const head = Buffer.from(await window.read(0, Math.min(headBytes, window.size)));
    if (head.length < headBytes || head.readInt32BE(0) !== 9994)
      throw inputError(path, "it is not a shapefile: its first bytes are not those of one");
    const type = head.readInt32LE(32);
    const kind = kinds[type];
    if (kind === undefined)
      throw inputError(
        path,
        type === 31 ? "it holds multipatches, not polygons" : `its shapes have the unknown type ${type}`,
      );
    if (kind !== "polygon" && kind !== "null") throw refuseShapes(path, kind);
    if (beside.dbf !== undefined) table = await openDbf(beside.dbf, beside.cpg, encoding);
    const attributes = table;
    return {
      file: path,
      fields: attributes?.fields ?? [],
      crs: beside.prj === undefined ? undefined : (await readFile(beside.prj, "utf8")).trim() || undefined,
      files: [path, ...[beside.dbf, beside.prj, beside.cpg].filter((file) => file !== undefined)],
      warnings: [],
      features: (request) => records(window, attributes, request),
      close: async () => {
        await attributes?.close();
        await window.close();
      },
    };
  } catch (error) {
    await table?.close();
    await window.close();
    throw error;
  }
}

/** The files of a shapefile besides itself, however their endings are written. */
export async function filesBeside(
  path: string,
): Promise<{ dbf?: string; prj?: string; cpg?: string; shx?: string }> {
  const stem = basename(path)
    .replace(/\.[^.]*$/, "")
    .toLowerCase();
  const found: { dbf?: string; prj?: string; cpg?: string; shx?: string } = {};
  for (const name of (await readdir(dirname(path)).catch(() => [])).toSorted()) {
    const lower = name.toLowerCase();
    for (const ending of ["dbf", "prj", "cpg", "shx"] as const)
      if (lower === `${stem}.${ending}`) found[ending] ??= join(dirname(path), name);
  }
  return found;
}

async function* records(
  window: FileWindow,
  table: AttributeTable | undefined,
  { fields, windows, signal }: FeatureRequest,
): AsyncGenerator<Feature> {
  const builder = new RingBuilder();
  const { file } = window;
  let at = headBytes;
  for (let position = 1; at + 8 <= window.size; position++) {
    if (position % 256 === 0) signal.throwIfAborted();
    const fault = (what: string): Error =>
      inputError(file, `record ${position}: ${what}`, {
        hint: "the file is damaged or incomplete: copy or export it again",
      });
    const length = 2 * (await window.read(at, 8)).readInt32BE(4);
    if (length < 4 || at + 8 + length > window.size)
      throw fault(`it has ${length} bytes, which is more than the file holds`);
    const start = at + 8;
    at = start + length;
    const values = table && position <= table.count ? await table.record(position - 1, fields) : undefined;
    if (table && values === undefined && position <= table.count) continue;
    builder.clear();
    const record = await window.read(start, length);
    if (!readShape(record, builder, windows, fault)) continue;
    yield { position, ...builder.finish(), values: values ?? fields.map(() => null) };
  }
}

/** Returns false for a shape outside of all windows. */
function readShape(
  record: Buffer,
  builder: RingBuilder,
  windows: FeatureRequest["windows"],
  fault: (what: string) => Error,
): boolean {
  const type = record.readInt32LE(0);
  const kind = kinds[type];
  if (kind === undefined) throw fault(`its shape has the unknown type ${type}`);
  if (kind !== "polygon") {
    builder.other(kind);
    return true;
  }
  if (record.length < 44) throw fault("it is too short for a polygon");
  const box = [4, 12, 20, 28].map((offset) => record.readDoubleLE(offset)) as unknown as Bounds;
  if (windows && !windows.some((window) => meets(box, window))) return false;
  const [parts, points] = [record.readInt32LE(36), record.readInt32LE(40)];
  const coordinates = 44 + 4 * parts;
  if (parts < 0 || points < 0 || coordinates + 16 * points > record.length)
    throw fault(`it says that it has ${parts} parts and ${points} points, which is more than its bytes hold`);
  if (parts === 0 || points === 0) builder.other("empty");
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  for (let part = 0; part < parts; part++) {
    const from = record.readInt32LE(44 + 4 * part);
    const to = part + 1 < parts ? record.readInt32LE(48 + 4 * part) : points;
    if (from < 0 || to < from || to > points)
      throw fault(`part ${part + 1} goes from point ${from} to ${to} of ${points}`);
    const { xs, ys } = builder.points(to - from);
    for (let i = 0, offset = coordinates + 16 * from; i < to - from; i++, offset += 16) {
      xs[i] = view.getFloat64(offset, true);
      ys[i] = view.getFloat64(offset + 8, true);
    }
    builder.ring(undefined);
  }
  return true;
}
