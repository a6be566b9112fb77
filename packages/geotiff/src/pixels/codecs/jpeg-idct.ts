/**
 * The inverse DCT of one block, in the integer arithmetic that libjpeg calls "islow", so that pixels come out the same
 * to the last bit (Loeffler, Ligtenberg, Moschytz 1989: 12 multiplications in one dimension, 13-bit constants).
 *
 * @param coefficients 64 dequantised coefficients, row by row; overwritten
 * @param out where the 8 x 8 samples go, clamped to 0..255
 */
export function inverseDct(coefficients: Int32Array, out: Uint8Array, start: number, stride: number): void {
  for (let column = 0; column < 8; column++) transform(coefficients, column, 8, 11);
  for (let row = 0; row < 64; row += 8) transform(coefficients, row, 1, 18);
  for (let row = 0, at = start; row < 64; row += 8, at += stride) {
    for (let i = 0; i < 8; i++) {
      const sample = coefficients[row + i]! + 128;
      out[at + i] = sample < 0 ? 0 : sample > 255 ? 255 : sample;
    }
  }
}

/** One dimension: 8 values `step` apart; results are rounded and shifted down by `shift` bits. */
function transform(v: Int32Array, start: number, step: number, shift: number): void {
  const i1 = start + step;
  const i2 = i1 + step;
  const i3 = i2 + step;
  const i4 = i3 + step;
  const i5 = i4 + step;
  const i6 = i5 + step;
  const i7 = i6 + step;
  const half = 1 << (shift - 1);

  // Even part: a rotation by 3 pi / 8 and butterflies.
  const rotated = (v[i2]! + v[i6]!) * 4433;
  const e2 = rotated - v[i6]! * 15137;
  const e3 = rotated + v[i2]! * 6270;
  const e0 = (v[start]! + v[i4]!) * 8192;
  const e1 = (v[start]! - v[i4]!) * 8192;
  const s0 = e0 + e3 + half;
  const s3 = e0 - e3 + half;
  const s1 = e1 + e2 + half;
  const s2 = e1 - e2 + half;

  // Odd part.
  const o7 = v[i7]!;
  const o5 = v[i5]!;
  const o3 = v[i3]!;
  const o1 = v[i1]!;
  const common = (o7 + o3 + o5 + o1) * 9633;
  const z1 = (o7 + o1) * -7373;
  const z2 = (o5 + o3) * -20995;
  const z3 = (o7 + o3) * -16069 + common;
  const z4 = (o5 + o1) * -3196 + common;
  const t0 = o7 * 2446 + z1 + z3;
  const t1 = o5 * 16819 + z2 + z4;
  const t2 = o3 * 25172 + z2 + z3;
  const t3 = o1 * 12299 + z1 + z4;

  v[start] = (s0 + t3) >> shift;
  v[i7] = (s0 - t3) >> shift;
  v[i1] = (s1 + t2) >> shift;
  v[i6] = (s1 - t2) >> shift;
  v[i2] = (s2 + t1) >> shift;
  v[i5] = (s2 - t1) >> shift;
  v[i3] = (s3 + t0) >> shift;
  v[i4] = (s3 - t0) >> shift;
}
