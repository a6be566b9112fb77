/**
 * `out[i] = w[0] * rows[0][i] + w[1] * rows[1][i] + ...`, added in this order; four rows at a time, which changes the
 * number of loads but not a single bit of the result.
 */
export function weightedSum(rows: readonly Float64Array[], weights: Float64Array, out: Float64Array): void {
  const count = out.length;
  let k = 0;
  if (rows.length === 1) {
    const [a] = rows as [Float64Array];
    const p = weights[0]!;
    for (let i = 0; i < count; i++) out[i] = p * a[i]!;
    return;
  }
  if (rows.length % 2 === 1) {
    const [a, b, c] = rows as [Float64Array, Float64Array, Float64Array];
    const [p, q, r] = [weights[0]!, weights[1]!, weights[2]!];
    for (let i = 0; i < count; i++) out[i] = p * a[i]! + q * b[i]! + r * c[i]!;
    k = 3;
  } else {
    const [a, b] = rows as [Float64Array, Float64Array];
    const [p, q] = [weights[0]!, weights[1]!];
    for (let i = 0; i < count; i++) out[i] = p * a[i]! + q * b[i]!;
    k = 2;
  }
  for (; k < rows.length; k += 2) {
    const a = rows[k]!;
    const b = rows[k + 1]!;
    const p = weights[k]!;
    const q = weights[k + 1]!;
    for (let i = 0; i < count; i++) out[i] = out[i]! + p * a[i]! + q * b[i]!;
  }
}

/** The minimum of each column; NaN only if all are. */
export function columnMinimum(rows: readonly Float64Array[], out: Float64Array): void {
  out.set(rows[0]!);
  for (let k = 1; k < rows.length; k++) {
    const row = rows[k]!;
    for (let i = 0; i < out.length; i++) {
      const value = row[i]!;
      const least = out[i]!;
      if (value < least || least !== least) out[i] = value;
    }
  }
}

/** The maximum of each column; NaN only if all are. */
export function columnMaximum(rows: readonly Float64Array[], out: Float64Array): void {
  out.set(rows[0]!);
  for (let k = 1; k < rows.length; k++) {
    const row = rows[k]!;
    for (let i = 0; i < out.length; i++) {
      const value = row[i]!;
      const greatest = out[i]!;
      if (value > greatest || greatest !== greatest) out[i] = value;
    }
  }
}
