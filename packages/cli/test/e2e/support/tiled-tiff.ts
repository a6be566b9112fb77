/** A GeoTIFF of bytes in tiles, uncompressed, with its directory first as in a COG: what a server has of a large raster. */
export function tiledTiff({
  size,
  tile,
  origin,
  pixel,
  value,
}: {
  /** Pixels of each side, a multiple of the tile's. */
  readonly size: number;
  readonly tile: number;
  /** Longitude and latitude of the outer corner of the first pixel, and the pixel size in degrees. */
  readonly origin: readonly [x: number, y: number];
  readonly pixel: number;
  readonly value: (col: number, row: number) => number;
}): Uint8Array {
  const across = size / tile;
  const count = across * across;
  const entries: readonly (readonly [tag: number, type: 3 | 4 | 12, values: readonly number[] | number])[] = [
    [256, 4, [size]],
    [257, 4, [size]],
    [258, 3, [8]],
    [259, 3, [1]],
    [262, 3, [1]],
    [277, 3, [1]],
    [322, 4, [tile]],
    [323, 4, [tile]],
    [324, 4, count],
    [325, 4, count],
    [33550, 12, [pixel, pixel, 0]],
    [33922, 12, [0, 0, 0, origin[0], origin[1], 0]],
    [34735, 3, [1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326]],
  ];
  const sizes = { 3: 2, 4: 4, 12: 8 };
  const lengthOf = (values: readonly number[] | number): number =>
    typeof values === "number" ? values : values.length;
  let outside = 8 + 2 + 12 * entries.length + 4;
  const places = entries.map(([, type, values]) => {
    const bytes = lengthOf(values) * sizes[type];
    if (bytes <= 4) return 0;
    const place = outside;
    outside += bytes;
    return place;
  });
  const file = Buffer.alloc(outside + size * size);
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  const write = { 3: "writeUInt16LE", 4: "writeUInt32LE", 12: "writeDoubleLE" } as const;
  for (const [index, [tag, type, values]] of entries.entries()) {
    const at = 10 + 12 * index;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(lengthOf(values), at + 4);
    if (places[index]! > 0) file.writeUInt32LE(places[index]!, at + 8);
    const start = places[index]! || at + 8;
    for (let i = 0; i < lengthOf(values); i++) {
      const number =
        typeof values !== "number" ? values[i]! : tag === 324 ? outside + i * tile * tile : tile * tile;
      file[write[type]](number, start + i * sizes[type]);
    }
  }
  for (let i = 0; i < count; i++) {
    const [left, top] = [(i % across) * tile, Math.floor(i / across) * tile];
    for (let row = 0, at = outside + i * tile * tile; row < tile; row++)
      for (let col = 0; col < tile; col++, at++) file[at] = value(left + col, top + row);
  }
  return file;
}
