/**
 * Compares names as people order them: digits by their number, so that `part-2` comes before `part-10`, and everything
 * else by its code units, whatever the language of the machine. Folders are compared part by part.
 */
export function naturalOrder(a: string, b: string): number {
  const [as, bs] = [a.split(/[/\\]/), b.split(/[/\\]/)];
  for (let i = 0; i < Math.min(as.length, bs.length); i++) {
    const order = compareNames(as[i]!, bs[i]!);
    if (order !== 0) return order;
  }
  return as.length - bs.length;
}

function compareNames(a: string, b: string): number {
  const [as, bs] = [pieces(a), pieces(b)];
  for (let i = 0; i < Math.min(as.length, bs.length); i++) {
    const order = comparePieces(as[i]!, bs[i]!);
    if (order !== 0) return order;
  }
  // 1 and 01 are the same number: the plain comparison decides their order.
  return as.length - bs.length || compare(a, b);
}

function pieces(name: string): string[] {
  return name.match(/\d+|\D+/g) ?? [];
}

function comparePieces(a: string, b: string): number {
  if (!isNumber(a) || !isNumber(b)) return compare(a, b);
  const [x, y] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return x.length - y.length || compare(x, y);
}

function isNumber(piece: string): boolean {
  return /^\d/.test(piece);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
