import { writeFile } from "node:fs/promises";

/** Writes the plainest TIFF of one byte a pixel, without georeferencing: one strip, uncompressed, little-endian. */
export async function writeByteTiff(
  path: string,
  { width, height, value }: { width: number; height: number; value: (col: number, row: number) => number },
): Promise<void> {
  const pixels = Buffer.from(
    Array.from({ length: width * height }, (_, at) => value(at % width, Math.floor(at / width))),
  );
  const entries = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, height],
    [279, pixels.length],
  ] as const;
  const directory = Buffer.alloc(2 + 12 * entries.length + 4);
  directory.writeUInt16LE(entries.length, 0);
  entries.forEach(([tag, number], index) => {
    const at = 2 + 12 * index;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(4, at + 2);
    directory.writeUInt32LE(1, at + 4);
    directory.writeUInt32LE(number, at + 8);
  });
  const header = Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(8 + pixels.length, 4);
  await writeFile(path, Buffer.concat([header, pixels, directory]));
}
