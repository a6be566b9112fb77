/** Runs of columns of one polygon, collected in any order and returned row by row, each column at most once. */
export class RowRuns {
  #rows = new Int32Array(1024);
  #from = new Int32Array(1024);
  #to = new Int32Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Columns `[from, to)` of a row. */
  add(row: number, from: number, to: number): void {
    if (this.#count === this.#rows.length) this.#grow();
    this.#rows[this.#count] = row;
    this.#from[this.#count] = from;
    this.#to[this.#count++] = to;
  }

  /** Calls `each` with runs that are apart, ascending by row and column, and forgets them. */
  drain(each: (row: number, from: number, to: number) => void): void {
    const count = this.#count;
    const rows = this.#rows;
    const from = this.#from;
    const to = this.#to;
    this.#count = 0;
    if (count === 0) return;
    let isSorted = true;
    let [first, last] = [rows[0]!, rows[0]!];
    for (let i = 1; i < count; i++) {
      const row = rows[i]!;
      if (row < rows[i - 1]! || (row === rows[i - 1]! && from[i]! < from[i - 1]!)) isSorted = false;
      if (row < first) first = row;
      else if (row > last) last = row;
    }
    const order = isSorted ? undefined : this.#ordered(count, first, last);
    let [row, start, end] = [-1, 0, 0];
    for (let k = 0; k < count; k++) {
      const i = order ? order[k]! : k;
      if (rows[i] === row && from[i]! <= end) {
        if (to[i]! > end) end = to[i]!;
        continue;
      }
      if (row >= 0) each(row, start, end);
      [row, start, end] = [rows[i]!, from[i]!, to[i]!];
    }
    each(row, start, end);
  }

  #ordered(count: number, first: number, last: number): Int32Array {
    const rows = this.#rows;
    const from = this.#from;
    const starts = new Int32Array(last - first + 2);
    for (let i = 0; i < count; i++) starts[rows[i]! - first + 1]!++;
    for (let row = 0; row <= last - first; row++) starts[row + 1]! += starts[row]!;
    const next = starts.slice();
    const order = new Int32Array(count);
    for (let i = 0; i < count; i++) order[next[rows[i]! - first]!++] = i;
    for (let row = 0; row <= last - first; row++) {
      const [begin, end] = [starts[row]!, starts[row + 1]!];
      if (end - begin > 32) order.subarray(begin, end).sort((a, b) => from[a]! - from[b]!);
      else sortFew(order, begin, end, from);
    }
    return order;
  }

  #grow(): void {
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const values = new Int32Array(2 * old.length);
      values.set(old);
      return values;
    };
    this.#rows = grown(this.#rows);
    this.#from = grown(this.#from);
    this.#to = grown(this.#to);
  }
}

/** Sorts numbers by what they are the numbers of. */
function sortFew(order: Int32Array, begin: number, end: number, keys: Int32Array): void {
  for (let i = begin + 1; i < end; i++) {
    const item = order[i]!;
    const key = keys[item]!;
    let place = i;
    while (place > begin && keys[order[place - 1]!]! > key) {
      order[place] = order[place - 1]!;
      place--;
    }
    order[place] = item;
  }
}
