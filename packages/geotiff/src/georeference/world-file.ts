import { parse } from "node:path";
import { fileExists, openFile, type Affine } from "@quadrat/core/base";
import { fault } from "../container/fault.js";
import { checkAffine, shiftHalfPixel } from "./georeference.js";

const endings = [".tfw", ".tifw", ".wld", ".TFW", ".TIFW", ".WLD"];
const maxBytes = 4096;

/** Possible paths of an image's world file; the first that exists counts. */
export function worldFilesOf(path: string): string[] {
  const { dir, name } = parse(path);
  return endings.map((ending) => `${dir === "" ? "." : dir}/${name}${ending}`);
}

/** The map of the world file beside an image, if it exists, and its path. */
export async function readWorldFile(path: string): Promise<{ affine: Affine; path: string } | undefined> {
  for (const candidate of worldFilesOf(path)) {
    if (await fileExists(candidate)) return { affine: await parseWorldFile(candidate), path: candidate };
  }
  return undefined;
}

/** Six numbers, one per line: a, d, b, e, and the centre of the first pixel. */
async function parseWorldFile(path: string): Promise<Affine> {
  const file = await openFile(path);
  try {
    const bytes = await file.read(0, Math.min(file.size, maxBytes));
    const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString("latin1")
      .trim()
      .split(/\s+/);
    const numbers = lines.slice(0, 6).map(Number);
    if (numbers.length < 6 || !numbers.every(Number.isFinite)) {
      throw fault(path, "a world file must have six numbers, one per line", {
        hint: "they are pixel width, two rotations, minus pixel height, then x and y of the centre of the first pixel",
      });
    }
    const [a, d, b, e, c, f] = numbers as [number, number, number, number, number, number];
    const affine = shiftHalfPixel({ a, b, c, d, e, f });
    checkAffine(path, affine, "the world file");
    return affine;
  } finally {
    await file.close();
  }
}
