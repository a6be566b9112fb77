import { writeFile } from "node:fs/promises";

export interface SimpleRaster {
  readonly width: number;
  readonly height: number;
  readonly epsg: number;
  readonly geographic: boolean;
  /** Outer corner of the first pixel, and the pixel size. */
  readonly origin: readonly [x: number, y: number];
  readonly pixel: readonly [x: number, y: number];
  readonly nodata: number;
  /** Default: 16. */
  readonly rowsPerStrip?: number;
  readonly value: (col: number, row: number) => number;
}

/** Writes the plainest GeoTIFF there is: float32, uncompressed strips, little-endian. */
export async function writeTiff(path: string, raster: SimpleRaster): Promise<void> {
  const { width, height, origin, pixel, nodata, rowsPerStrip = 16 } = raster;
  const strips = Math.ceil(height / rowsPerStrip);
  const nodataText = Buffer.from(`${nodata}\0`, "latin1");
  const entries: [tag: number, type: number, values: number[] | Buffer][] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, [32]],
    [259, 3, [1]],
    [262, 3, [1]],
    [273, 4, Array.from({ length: strips }, () => 0)],
    [277, 3, [1]],
    [278, 4, [rowsPerStrip]],
    [
      279,
      4,
      Array.from({ length: strips }, (_, i) => Math.min(rowsPerStrip, height - i * rowsPerStrip) * width * 4),
    ],
    [339, 3, [3]],
    [33550, 12, [pixel[0], pixel[1], 0]],
    [33922, 12, [0, 0, 0, origin[0], origin[1], 0]],
    [
      34735,
      3,
      [
        1,
        1,
        0,
        3,
        1024,
        0,
        1,
        raster.geographic ? 2 : 1,
        1025,
        0,
        1,
        1,
        raster.geographic ? 2048 : 3072,
        0,
        1,
        raster.epsg,
      ],
    ],
    [42113, 2, nodataText],
  ];
  const sizes: Record<number, number> = { 2: 1, 3: 2, 4: 4, 12: 8 };
  let outside = 8 + 2 + entries.length * 12 + 4;
  const places = entries.map(([, type, values]) => {
    const bytes = values.length * sizes[type]!;
    if (bytes <= 4) return 0;
    const place = outside;
    outside += bytes + (bytes & 1);
    return place;
  });
  const stripBytes = entries[8]![2] as number[];
  entries[5]![2] = stripBytes.map(
    (_, i) => outside + stripBytes.slice(0, i).reduce((sum, bytes) => sum + bytes, 0),
  );
  const file = Buffer.alloc(outside + width * height * 4);
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, values], index) => {
    const at = 10 + index * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(values.length, at + 4);
    const place = places[index]!;
    if (place > 0) file.writeUInt32LE(place, at + 8);
    writeValues(file, place > 0 ? place : at + 8, type, values);
  });
  for (let row = 0, at = outside; row < height; row++) {
    for (let col = 0; col < width; col++, at += 4) file.writeFloatLE(raster.value(col, row), at);
  }
  await writeFile(path, file);
}

function writeValues(file: Buffer, at: number, type: number, values: number[] | Buffer): void {
  if (Buffer.isBuffer(values)) values.copy(file, at);
  else if (type === 3) values.forEach((value, i) => file.writeUInt16LE(value, at + i * 2));
  else if (type === 4) values.forEach((value, i) => file.writeUInt32LE(value, at + i * 4));
  else values.forEach((value, i) => file.writeDoubleLE(value, at + i * 8));
}
