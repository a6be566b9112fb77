type Cells = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Bits that one pass of sorting looks at. */
const digitBits = 11;
const digits = 2 ** digitBits;

/** Numbers of records by cell and name, as many as there is room for: first as they come, then sorted, each pair once. */
export class Run {
  readonly capacity: number;
  length = 0;
  /** Whether the entries are sorted, each pair once. */
  #sorted = true;
  #cells: Cells;
  #names: Uint32Array<ArrayBuffer>;
  #otherCells: Cells;
  #otherNames: Uint32Array<ArrayBuffer>;
  /** Of sorted entries. */
  readonly #counts: Uint32Array<ArrayBuffer>;
  readonly #size: number;
  #mostName = 0;

  /** @param size the number of cells of the grid */
  constructor(capacity: number, size: number) {
    this.capacity = capacity;
    this.#size = size;
    const cells = (): Cells => (size > 2 ** 32 ? new Float64Array(capacity) : new Uint32Array(capacity));
    [this.#cells, this.#otherCells] = [cells(), cells()];
    [this.#names, this.#otherNames] = [new Uint32Array(capacity), new Uint32Array(capacity)];
    this.#counts = new Uint32Array(capacity);
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

  /** Adds one record. There must be room for it. */
  add(cell: number, name: number): void {
    const at = this.length++;
    this.#cells[at] = cell;
    this.#names[at] = name;
    if (name > this.#mostName) this.#mostName = name;
    this.#sorted = false;
  }

  clear(): void {
    this.length = 0;
    this.#sorted = true;
  }

  /** Sorts the entries by cell and name, and counts those that are the same. */
  sort(): void {
    if (this.#sorted) return;
    for (let scale = 1; scale <= this.#mostName; scale *= digits) this.#pass(this.#names, scale);
    for (let scale = 1; scale < this.#size; scale *= digits) this.#pass(this.#cells, scale);
    this.#count();
    this.#sorted = true;
  }

  /** One stable pass of a radix sort by a digit of a key. */
  #pass(keys: Cells, scale: number): void {
    const [cells, names, toCells, toNames] = [this.#cells, this.#names, this.#otherCells, this.#otherNames];
    const starts = new Uint32Array(digits);
    const inverse = 1 / scale;
    for (let at = 0; at < this.length; at++) starts[(keys[at]! * inverse) & (digits - 1)]!++;
    let start = 0;
    for (let digit = 0; digit < digits; digit++) {
      const count = starts[digit]!;
      starts[digit] = start;
      start += count;
    }
    for (let at = 0; at < this.length; at++) {
      const to = starts[(keys[at]! * inverse) & (digits - 1)]!++;
      toCells[to] = cells[at]!;
      toNames[to] = names[at]!;
    }
    [this.#cells, this.#otherCells] = [toCells, cells];
    [this.#names, this.#otherNames] = [toNames, names];
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
