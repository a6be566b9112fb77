/** What is known of a part's values in some cells. */
export interface PartFacts {
  readonly part: number;
  readonly values: number;
  readonly min: number;
  readonly max: number;
}

/** For consecutive cells, the lists of parts that have a value there and of these values, in Arrow's layout. */
export interface ClassLists {
  /** Where the lists of each cell begin, and where those of the last end. */
  readonly offsets: Int32Array<ArrayBuffer>;
  readonly parts: Int32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  /** A bit for each cell, set where it has a list; undefined if all have. */
  readonly validity: Uint8Array<ArrayBuffer> | undefined;
  readonly nulls: number;
  /** Of the parts that are in a list, ascending. */
  readonly facts: readonly PartFacts[];
}

/** Lists in any order, one after another. */
export interface Collected {
  /** Where list `i` begins; where it ends, the next begins. */
  readonly starts: Int32Array;
  readonly parts: Int32Array;
  readonly fractions: Float64Array;
}

/** The lists in the order of the cells. @param results the number of each cell's list, NaN if it has none */
export function classLists(results: Float64Array, { starts, parts, fractions }: Collected): ClassLists {
  const cells = results.length;
  const offsets = new Int32Array(cells + 1);
  let nulls = 0;
  for (let cell = 0; cell < cells; cell++) {
    const list = results[cell]!;
    const length = list === list ? starts[list + 1]! - starts[list]! : 0;
    if (list !== list) nulls++;
    offsets[cell + 1] = offsets[cell]! + length;
  }
  const ordered = { parts: new Int32Array(offsets[cells]!), values: new Float64Array(offsets[cells]!) };
  const validity = nulls > 0 ? new Uint8Array(Math.ceil(cells / 8)) : undefined;
  for (let cell = 0; cell < cells; cell++) {
    const list = results[cell]!;
    if (list !== list) continue;
    if (validity) validity[cell >> 3]! |= 1 << (cell & 7);
    for (let from = starts[list]!, to = offsets[cell]!; to < offsets[cell + 1]!; from++, to++) {
      ordered.parts[to] = parts[from]!;
      ordered.values[to] = fractions[from]!;
    }
  }
  return { offsets, ...ordered, validity, nulls, facts: factsOf(ordered.parts, ordered.values) };
}

/** The same lists with values of single precision. */
export function inSinglePrecision(lists: ClassLists): ClassLists {
  const values = Float32Array.from(lists.values);
  return { ...lists, values, facts: factsOf(lists.parts, values) };
}

/** Parts below this are looked up in an array. */
const smallParts = 1 << 16;

function factsOf(parts: Int32Array, values: Float64Array | Float32Array): PartFacts[] {
  // Of each part, its position among those that were met, plus one.
  const small = new Int32Array(smallParts);
  const others = new Map<number, number>();
  const met: { readonly part: number; values: number; min: number; max: number }[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const value = values[i]!;
    const isSmall = part >= 0 && part < smallParts;
    const position = isSmall ? small[part]! : (others.get(part) ?? 0);
    if (position === 0) {
      met.push({ part, values: 1, min: value, max: value });
      if (isSmall) small[part] = met.length;
      else others.set(part, met.length);
      continue;
    }
    const facts = met[position - 1]!;
    facts.values++;
    if (value < facts.min) facts.min = value;
    if (value > facts.max) facts.max = value;
  }
  return met.sort((a, b) => a.part - b.part);
}
