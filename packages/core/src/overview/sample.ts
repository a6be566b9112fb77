/** Products of pairs of columns that are added up; beyond that the rows are a sample. */
const mostProducts = 500_000_000;

/** The share of the rows from which correlations of so many columns are computed. */
export function sampleShare(rows: number, columns: number): number {
  const pairs = (columns * (columns + 1)) / 2;
  return Math.min(1, mostProducts / (rows * pairs));
}

/** Whether a cell is in the sample: by a hash of its number (the finalizer of MurmurHash3), the same in every run. */
export function inSample(cell: number, share: number): boolean {
  if (share >= 1) return true;
  let hash = (cell ^ Math.floor(cell / 2 ** 32)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 < share * 2 ** 32;
}
