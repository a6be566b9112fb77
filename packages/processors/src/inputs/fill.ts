import { QuadratError, type ColumnType, type DatasetConfig } from "@quadrat/core";

const integerRanges: Partial<Record<ColumnType, readonly [min: number, max: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint64: [0, Number.MAX_SAFE_INTEGER],
};

/** Refuses a fill value that the dataset's column can't represent. */
export function checkFill({ fill }: DatasetConfig, type: ColumnType): void {
  const range = integerRanges[type];
  if (fill !== undefined && type === "text") {
    throw new QuadratError("usage", `fill is ${fill}, but the column's values are texts`, {
      hint: "remove `fill`",
      place: { key: "fill" },
    });
  }
  if (fill === undefined || !range) return;
  if (Number.isInteger(fill) && fill >= range[0] && fill <= range[1]) return;
  throw new QuadratError("usage", `fill is ${fill}, but the column's values are ${type}`, {
    hint: `give a whole number from ${range[0]} to ${range[1]}`,
    place: { key: "fill" },
  });
}
