/**
 * The affine map from pixel to world coordinates, with rasterio's coefficients:
 *
 *     x = a * col + b * row + c
 *     y = d * col + e * row + f
 *
 * where (0, 0) is the outer corner of the first pixel.
 */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

/** The inverse map, from world to pixel coordinates; throws a RangeError if the map is singular. */
export function invertAffine({ a, b, c, d, e, f }: Affine): Affine {
  const determinant = a * e - b * d;
  if (determinant === 0 || !Number.isFinite(determinant)) throw new RangeError("singular affine map");
  return {
    a: e / determinant,
    b: -b / determinant,
    c: (b * f - e * c) / determinant,
    d: -d / determinant,
    e: a / determinant,
    f: (d * c - a * f) / determinant,
  };
}

/** True when columns run along x and rows along y. */
export function isAxisAligned(affine: Affine): boolean {
  return affine.b === 0 && affine.d === 0;
}
