/**
 * The cells of a grid along one axis: `count` cells from `first` to `last`, which runs downwards for y.
 *
 * Coordinates are computed from the integer index as `(a + index * b) / c`. When the ends are decimals of at
 * most 15 digits `a`, `b` and `c` are exact integers, so that the division is the only rounding and the result
 * is the double nearest to the true coordinate: it prints as a person would write it. Otherwise the result is
 * rounded to 15 significant digits of the longer end, which hides the noise of the ends themselves.
 */
export class Axis {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  #centre: Ratio;
  #edge: Ratio;
  /** The first cell's number in the axis that this one is a part of. */
  #offset = 0;

  /** @throws RangeError if an end isn't finite or `count` isn't a positive integer */
  constructor(first: number, last: number, count: number) {
    if (!Number.isFinite(first) || !Number.isFinite(last)) throw new RangeError("axis ends must be finite");
    if (!Number.isSafeInteger(count) || count < 1)
      throw new RangeError("axis count must be a positive integer");
    this.first = first;
    this.last = last;
    this.count = count;
    this.#centre = ratio(first, last, count, 1);
    this.#edge = ratio(first, last, count, 0);
  }

  /** Cells `[from, end)` as an axis of their own, whose coordinates are the same to the last bit. */
  slice(from: number, end: number): Axis {
    const part = new Axis(this.edge(from), this.edge(end), end - from);
    part.#centre = this.#centre;
    part.#edge = this.#edge;
    part.#offset = this.#offset + from;
    return part;
  }

  /** The size of a cell; negative where the axis runs downwards. */
  get step(): number {
    return (this.last - this.first) / this.count;
  }

  /** The coordinate of the centre of cell `index`. */
  centre(index: number): number {
    return evaluate(this.#centre, index + this.#offset);
  }

  /** The coordinate of the border before cell `index`; `edge(count)` is the end of the axis. */
  edge(index: number): number {
    return evaluate(this.#edge, index + this.#offset);
  }

  /** A SQL expression for the centre of the cell whose index the integer expression `index` gives; the same double as {@link centre}. */
  sqlCentre(index: string): string {
    return sqlEvaluate(this.#centre, this.#sqlIndex(index));
  }

  /** A SQL expression for the border before the cell whose index the integer expression `index` gives; the same double as {@link edge}. */
  sqlEdge(index: string): string {
    return sqlEvaluate(this.#edge, this.#sqlIndex(index));
  }

  #sqlIndex(index: string): string {
    return this.#offset === 0 ? index : `(${index}) + ${this.#offset}`;
  }
}

/** `(a + index * b) / c`, rounded to multiples of `1 / scale` unless `scale` is 0. */
interface Ratio {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly scale: number;
}

function ratio(first: number, last: number, count: number, halves: 0 | 1): Ratio {
  const decimals = Math.max(decimalPlaces(first), decimalPlaces(last));
  const power = 10 ** decimals;
  const from = Math.round(first * power);
  const to = Math.round(last * power);
  const largest = Math.max(Math.abs(from), Math.abs(to), 1) * 4 * count;
  if (
    decimals <= 15 &&
    largest * 2 < Number.MAX_SAFE_INTEGER &&
    2 * count * power < Number.MAX_SAFE_INTEGER
  ) {
    const a = from * (2 * count - halves) + to * halves;
    const b = 2 * (to - from);
    const c = 2 * count * power;
    const divisor = greatestCommonDivisor(greatestCommonDivisor(Math.abs(a), Math.abs(b)), c);
    return { a: a / divisor, b: b / divisor, c: c / divisor, scale: 0 };
  }
  const step = (last - first) / count;
  const digits = Math.ceil(Math.log10(Math.max(Math.abs(first), Math.abs(last), Math.abs(step))));
  return {
    a: first + (halves * step) / 2,
    b: step,
    c: 1,
    scale: 10 ** Math.max(0, 15 - Math.max(digits, 1)),
  };
}

function evaluate({ a, b, c, scale }: Ratio, index: number): number {
  const value = (a + index * b) / c;
  return scale === 0 ? value : Math.floor(value * scale + 0.5) / scale;
}

function sqlEvaluate({ a, b, c, scale }: Ratio, index: string): string {
  if (scale === 0) return `((${a} + (${index}) * ${b})::DOUBLE / ${c}::DOUBLE)`;
  const value = `(${exact(a)} + (${index})::DOUBLE * ${exact(b)}) / ${exact(c)}`;
  return `(floor((${value}) * ${exact(scale)} + 0.5::DOUBLE) / ${exact(scale)})`;
}

/** A double literal that DuckDB reads back to the same bits. */
function exact(value: number): string {
  return `'${value}'::DOUBLE`;
}

function decimalPlaces(value: number): number {
  const [mantissa, exponent] = String(value).split("e") as [string, string | undefined];
  const fraction = mantissa.split(".")[1]?.length ?? 0;
  return Math.max(0, fraction - Number(exponent ?? 0));
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
