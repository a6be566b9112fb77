type Cells = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** The maximum number of bits that one pass of sorting looks at: as many places as are written to at the same time have room in a cache. */
const mostDigitBits = 12;

/** The number of entries for which there is room at first. */
const firstEntries = 16_384;

/** Numbers of records by cell and name, as many as there may be: first as they come, then sorted, each pair once. */
export class Run {
  readonly capacity: number;
  length = 0;
  /** Whether the entries are sorted, each pair once. */
  #sorted = true;
  #cells: Cells;
  #names: Uint32Array<ArrayBuffer>;
  /** For sorting, as long as the entries. */
  #otherCells: Cells;
  #otherNames: Uint32Array<ArrayBuffer>;
  /** Of sorted entries. */
  #counts: Uint32Array<ArrayBuffer>;
  readonly #size: number;

  /**
   * @param capacity the maximum number of entries; memory is taken as they come
   * @param size the number of cells of the grid
   */
  constructor(capacity: number, size: number) {
    this.capacity = capacity;
    this.#size = size;
    const entries = Math.min(capacity, firstEntries);
    this.#cells = this.#newCells(entries);
    this.#names = new Uint32Array(entries);
    this.#otherCells = this.#newCells(0);
    this.#otherNames = this.#counts = new Uint32Array(0);
  }

  #newCells(entries: number): Cells {
    return this.#size > 2 ** 32 ? new Float64Array(entries) : new Uint32Array(entries);
  }

  /** The bytes that an entry takes. */
  static entryBytes(size: number): number {
    return 2 * (size > 2 ** 32 ? 8 : 4) + 3 * 4;
  }

  get cells(): Cells {
    return this.#cells;
  }

  get names(): Uint32Array<ArrayBuffer> {
    return this.#names;
  }

  get counts(): Uint32Array<ArrayBuffer> {
    return this.#counts;
  }

  /** Adds one record. There must be room for it, and the entries must not be sorted yet: counts are not kept. */
  add(cell: number, name: number): void {
    const at = this.length++;
    if (at === this.#cells.length) this.#grow();
    this.#cells[at] = cell;
    this.#names[at] = name;
    this.#sorted = false;
  }

  #grow(): void {
    const entries = Math.min(this.capacity, 2 * this.#cells.length);
    const cells = this.#newCells(entries);
    cells.set(this.#cells);
    this.#cells = cells;
    const names = new Uint32Array(entries);
    names.set(this.#names);
    this.#names = names;
  }

  clear(): void {
    this.length = 0;
    this.#sorted = true;
  }

  /** Sorts the entries by cell and name, and counts those that are the same. */
  sort(): void {
    if (this.#sorted) return;
    const entries = this.#cells.length;
    if (this.#counts.length !== entries) {
      this.#otherCells = this.#newCells(entries);
      this.#otherNames = new Uint32Array(entries);
      this.#counts = new Uint32Array(entries);
    }
    const bits = Math.max(1, Math.ceil(Math.log2(this.#size)));
    const digitBits = Math.ceil(bits / Math.ceil(bits / mostDigitBits));
    for (let done = 0; done < bits; done += digitBits) this.#pass(2 ** done, 2 ** digitBits);
    this.#sortNames();
    this.#count();
    this.#sorted = true;
  }

  /** One stable pass of a radix sort by a digit of the cells. */
  #pass(scale: number, digits: number): void {
    const cells = this.#cells;
    const names = this.#names;
    const toCells = this.#otherCells;
    const toNames = this.#otherNames;
    const length = this.length;
    const starts = new Uint32Array(digits);
    const inverse = 1 / scale;
    const mask = digits - 1;
    for (let at = 0; at < length; at++) starts[(cells[at]! * inverse) & mask]!++;
    let start = 0;
    for (let digit = 0; digit < digits; digit++) {
      const count = starts[digit]!;
      starts[digit] = start;
      start += count;
    }
    for (let at = 0; at < length; at++) {
      const cell = cells[at]!;
      const to = starts[(cell * inverse) & mask]!++;
      toCells[to] = cell;
      toNames[to] = names[at]!;
    }
    [this.#cells, this.#otherCells] = [toCells, cells];
    [this.#names, this.#otherNames] = [toNames, names];
  }

  /** Sorts the names of each cell, most of which have few. */
  #sortNames(): void {
    const cells = this.#cells;
    const names = this.#names;
    const length = this.length;
    for (let from = 0; from < length;) {
      const cell = cells[from]!;
      let end = from + 1;
      while (end < length && cells[end] === cell) end++;
      if (end - from > mostInserted) names.subarray(from, end).sort();
      else insertionSort(names, from, end);
      from = end;
    }
  }

  #count(): void {
    const [cells, names, counts] = [this.#cells, this.#names, this.#counts];
    let last = -1;
    for (let at = 0; at < this.length; at++) {
      if (last >= 0 && cells[at] === cells[last] && names[at] === names[last]) {
        counts[last]!++;
        continue;
      }
      last++;
      cells[last] = cells[at]!;
      names[last] = names[at]!;
      counts[last] = 1;
    }
    this.length = last + 1;
  }
}

/** The maximum number of names that are sorted by insertion. */
const mostInserted = 24;

function insertionSort(values: Uint32Array, from: number, end: number): void {
  for (let at = from + 1; at < end; at++) {
    const value = values[at]!;
    let to = at;
    for (; to > from && values[to - 1]! > value; to--) values[to] = values[to - 1]!;
    values[to] = value;
  }
}
