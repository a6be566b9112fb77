/** One colour component of a JPEG image, as it was decoded. */
export interface Plane {
  readonly data: Uint8Array;
  readonly stride: number;
  /** Samples that belong to the image; the rest fills up the last blocks. */
  readonly width: number;
  readonly height: number;
}

/**
 * Brings a subsampled component to the size of the image. Halved ones are interpolated as libjpeg does ("fancy
 * upsampling": weights 3/4 and 1/4 with alternating rounding); other ratios repeat the sample.
 */
export function upsample(plane: Plane, width: number, height: number, across: number, down: number): Plane {
  if (across === 1 && down === 1) return plane;
  const fancy = across === 2 && plane.width > 2;
  const stride = Math.max(width, plane.width * across);
  const data = new Uint8Array(stride * height);
  const sums = new Int32Array(plane.width);
  for (let y = 0; y < height; y++) {
    const row = Math.min(Math.floor(y / down), plane.height - 1);
    const at = row * plane.stride;
    const to = y * stride;
    if (fancy && down === 1) {
      for (let x = 0; x < plane.width; x++) sums[x] = plane.data[at + x]!;
      interpolate(sums, data, to, 2, 1, 2);
    } else if (fancy && down === 2) {
      const beside = Math.min(Math.max(row + (y % 2 === 0 ? -1 : 1), 0), plane.height - 1) * plane.stride;
      for (let x = 0; x < plane.width; x++) sums[x] = 3 * plane.data[at + x]! + plane.data[beside + x]!;
      interpolate(sums, data, to, 4, 8, 7);
    } else {
      for (let x = 0; x < width; x++) data[to + x] = plane.data[at + Math.floor(x / across)]!;
    }
  }
  return { data, stride, width, height };
}

/** Doubles one row; `roundLeft` and `roundRight` are added before the last `shift` bits are dropped. */
function interpolate(
  row: Int32Array,
  out: Uint8Array,
  at: number,
  shift: number,
  roundLeft: number,
  roundRight: number,
): void {
  const last = row.length - 1;
  for (let x = 0; x <= last; x++) {
    const here = row[x]!;
    out[at + 2 * x] = (3 * here + row[Math.max(x - 1, 0)]! + roundLeft) >> shift;
    out[at + 2 * x + 1] = (3 * here + row[Math.min(x + 1, last)]! + roundRight) >> shift;
  }
}

/** YCbCr to RGB in place of pixel-interleaved samples, in libjpeg's 16-bit fixed point (JFIF 1.02, ITU-R BT.601). */
export function convertYcc(pixels: Uint8Array): void {
  for (let i = 0; i + 2 < pixels.length; i += 3) {
    const y = pixels[i]!;
    const cb = pixels[i + 1]! - 128;
    const cr = pixels[i + 2]! - 128;
    pixels[i] = clamp(y + ((91881 * cr + 32768) >> 16));
    pixels[i + 1] = clamp(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
    pixels[i + 2] = clamp(y + ((116130 * cb + 32768) >> 16));
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
