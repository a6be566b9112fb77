/** The cells with the smallest keys of all that are offered, of which no more than twice as many are held. */
export class ChosenCells {
  readonly #count: number;
  #keys: Float64Array;
  #cells: Float64Array;
  #length = 0;
  /** Keys from here on have no place any more. */
  #bound = Infinity;

  constructor(count: number) {
    this.#count = count;
    this.#keys = new Float64Array(2 * count);
    this.#cells = new Float64Array(2 * count);
  }

  offer(cell: number, key: number): void {
    if (key > this.#bound) return;
    if (this.#length === this.#keys.length) {
      this.#reduce();
      if (key > this.#bound) return;
    }
    this.#keys[this.#length] = key;
    this.#cells[this.#length++] = cell;
  }

  /** The chosen cells, ascending. */
  finish(): Float64Array {
    this.#reduce();
    return this.#cells.slice(0, this.#length).sort();
  }

  #reduce(): void {
    if (this.#length <= this.#count) return;
    const [keys, cells] = [this.#keys, this.#cells];
    const order = Uint32Array.from({ length: this.#length }, (_, i) => i);
    order.sort((a, b) => keys[a]! - keys[b]! || cells[a]! - cells[b]!);
    this.#keys = new Float64Array(keys.length);
    this.#cells = new Float64Array(cells.length);
    for (let i = 0; i < this.#count; i++) {
      this.#keys[i] = keys[order[i]!]!;
      this.#cells[i] = cells[order[i]!]!;
    }
    this.#length = this.#count;
    this.#bound = this.#keys[this.#count - 1]!;
  }
}
