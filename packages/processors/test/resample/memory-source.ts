import type { Affine, DataType, RasterData, RasterSource, Window } from "@quadrat/core";

/** A raster in memory that remembers how it was read. */
export interface MemorySource extends RasterSource {
  readonly reads: Window[];
}

export function memorySource(
  width: number,
  height: number,
  affine: Affine,
  data: RasterData,
  dataType: DataType,
  blockSize = { width, height: Math.min(height, 16) },
): MemorySource {
  const reads: Window[] = [];
  return {
    width,
    height,
    affine,
    crs: undefined,
    dataType,
    blockSize,
    warnings: [],
    reads,
    read(window) {
      const { col, row } = window;
      const inside = col >= 0 && row >= 0 && col + window.width <= width && row + window.height <= height;
      if (!inside || !(window.width > 0) || !(window.height > 0)) {
        return Promise.reject(new Error(`window outside the raster: ${JSON.stringify(window)}`));
      }
      reads.push(window);
      const part = new (data.constructor as Float64ArrayConstructor)(window.width * window.height);
      for (let i = 0; i < window.height; i++) {
        const start = (row + i) * width + col;
        part.set(data.subarray(start, start + window.width), i * window.width);
      }
      return Promise.resolve({ window, data: part });
    },
    close: () => Promise.resolve(),
  };
}
