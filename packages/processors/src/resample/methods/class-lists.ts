/** What is known of a part's values in some cells. */
export interface PartFacts {
  readonly part: number;
  readonly values: number;
  readonly min: number;
  readonly max: number;
}

/** For consecutive cells, the number of each one's list of parts and their values; equal lists occur once. */
export interface ClassLists {
  /** By cell, from 0; meaningless where it has no list. */
  readonly lists: Int32Array<ArrayBuffer>;
  /** A bit for each cell, set where it has a list; undefined if all have. */
  readonly validity: Uint8Array<ArrayBuffer> | undefined;
  readonly nulls: number;
  /** Where each list begins, and where the last ends. */
  readonly offsets: Int32Array<ArrayBuffer>;
  readonly parts: Int32Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  /** Of the parts that are in the list of a cell, ascending. */
  readonly facts: readonly PartFacts[];
}

/** Lists in any order, one after another. */
export interface Collected {
  /** Where list `i` begins; where it ends, the next begins. */
  readonly starts: Int32Array;
  readonly parts: Int32Array;
  readonly fractions: Float64Array;
}

/** The lists that cells have, numbered as they are met. @param results the number of each cell's list, NaN if it has none */
export function classLists(
  results: Float64Array,
  count: number,
  { starts, parts, fractions }: Collected,
): ClassLists {
  const cells = results.length;
  const lists = new Int32Array(cells);
  // Of each collected list, its new number plus one, and how many cells have it.
  const numbers = new Int32Array(count);
  const chosen = new Int32Array(count);
  const uses = new Int32Array(count);
  const validity = new Uint8Array(Math.ceil(cells / 8));
  let nulls = 0;
  let met = 0;
  let entries = 0;
  for (let cell = 0; cell < cells; cell++) {
    const list = results[cell]!;
    if (list !== list) {
      nulls++;
      continue;
    }
    validity[cell >> 3]! |= 1 << (cell & 7);
    if (numbers[list] === 0) {
      chosen[met++] = list;
      numbers[list] = met;
      entries += starts[list + 1]! - starts[list]!;
    }
    const number = numbers[list]! - 1;
    lists[cell] = number;
    uses[number]!++;
  }
  const offsets = new Int32Array(met + 1);
  const ordered = { parts: new Int32Array(entries), values: new Float64Array(entries) };
  for (let number = 0, to = 0; number < met; number++) {
    const list = chosen[number]!;
    for (let from = starts[list]!; from < starts[list + 1]!; from++, to++) {
      ordered.parts[to] = parts[from]!;
      ordered.values[to] = fractions[from]!;
    }
    offsets[number + 1] = to;
  }
  const facts = factsOf({ offsets, ...ordered }, uses);
  return { lists, validity: nulls > 0 ? validity : undefined, nulls, offsets, ...ordered, facts };
}

/** The same lists with values of single precision. */
export function inSinglePrecision(lists: ClassLists): ClassLists {
  const values = Float32Array.from(lists.values);
  const facts = lists.facts.map((one) => ({ ...one, min: Math.fround(one.min), max: Math.fround(one.max) }));
  return { ...lists, values, facts };
}

/** Parts below this are looked up in an array. */
const smallParts = 1 << 16;

/** @param uses how many cells have each list */
function factsOf(
  { offsets, parts, values }: Pick<ClassLists, "offsets" | "parts" | "values">,
  uses: Int32Array,
): PartFacts[] {
  // Of each part, its position among those that were met, plus one.
  const small = new Int32Array(smallParts);
  const others = new Map<number, number>();
  const met: { readonly part: number; values: number; min: number; max: number }[] = [];
  for (let list = 0; list + 1 < offsets.length; list++) {
    const cells = uses[list]!;
    for (let i = offsets[list]!; i < offsets[list + 1]!; i++) {
      const part = parts[i]!;
      const value = values[i]!;
      const isSmall = part >= 0 && part < smallParts;
      const position = isSmall ? small[part]! : (others.get(part) ?? 0);
      if (position === 0) {
        met.push({ part, values: cells, min: value, max: value });
        if (isSmall) small[part] = met.length;
        else others.set(part, met.length);
        continue;
      }
      const facts = met[position - 1]!;
      facts.values += cells;
      if (value < facts.min) facts.min = value;
      if (value > facts.max) facts.max = value;
    }
  }
  return met.sort((a, b) => a.part - b.part);
}
