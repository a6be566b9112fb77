import type { Collected } from "./class-lists.js";

/** Lists of parts and their values, each of which is kept once. */
export class ListStore implements Collected {
  parts = new Int32Array(1 << 12);
  fractions = new Float64Array(1 << 12);
  starts = new Int32Array(1 << 12);
  #bits = new Int32Array(this.fractions.buffer);
  #entries = 0;
  #count = 0;
  /** By a hash of its content, the number of a list, plus one; other lists of the same hash are in the slots after it. */
  #slots = new Int32Array(1 << 13);

  /** How many lists there are. */
  get count(): number {
    return this.#count;
  }

  /** Whether the list that is being written has no entries. */
  get isEmpty(): boolean {
    return this.#entries === this.starts[this.#count];
  }

  push(part: number, fraction: number): void {
    const at = this.#entries;
    if (at === this.parts.length) {
      this.parts = longer(this.parts, new Int32Array(2 * at));
      this.fractions = longer(this.fractions, new Float64Array(2 * at));
      this.#bits = new Int32Array(this.fractions.buffer);
    }
    this.parts[at] = part;
    this.fractions[at] = fraction;
    this.#entries = at + 1;
  }

  /** Ends the list that is being written; returns its number, that of an equal list if there is one. */
  close(): number {
    const first = this.starts[this.#count]!;
    const end = this.#entries;
    const mask = this.#slots.length - 1;
    let slot = this.#hash(first, end) & mask;
    for (let found = this.#slots[slot]!; found > 0; found = this.#slots[slot]!) {
      if (this.#equals(found - 1, first, end)) {
        this.#entries = first;
        return found - 1;
      }
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = ++this.#count;
    if (this.#count === this.starts.length)
      this.starts = longer(this.starts, new Int32Array(2 * this.#count));
    this.starts[this.#count] = end;
    if (2 * this.#count > mask) this.#rehash();
    return this.#count - 1;
  }

  #hash(first: number, end: number): number {
    let hash = end - first;
    for (let i = first; i < end; i++) {
      hash = Math.imul(hash ^ this.parts[i]!, 0x9e3779b1);
      hash = Math.imul(hash ^ this.#bits[2 * i]!, 0x85ebca6b);
      hash = Math.imul((hash >>> 15) ^ hash ^ this.#bits[2 * i + 1]!, 0xc2b2ae35);
      hash ^= hash >>> 13;
    }
    return hash;
  }

  #equals(list: number, first: number, end: number): boolean {
    const begin = this.starts[list]!;
    if (this.starts[list + 1]! - begin !== end - first) return false;
    for (let i = begin, j = first; j < end; i++, j++) {
      if (this.parts[i] !== this.parts[j] || this.fractions[i] !== this.fractions[j]) return false;
    }
    return true;
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (let list = 0; list < this.#count; list++) {
      let slot = this.#hash(this.starts[list]!, this.starts[list + 1]!) & mask;
      while (this.#slots[slot]! > 0) slot = (slot + 1) & mask;
      this.#slots[slot] = list + 1;
    }
  }
}

function longer<T extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(array: T, larger: T): T {
  larger.set(array);
  return larger;
}
