/** The number of the records that have no name. */
export const nameless = 0;

/** Words of a key: two hashes of 64 bits each. */
const keyWords = 4;

/**
 * Numbers names, from 1 on in the order in which they first come. A name is known by two independent hashes of 64 bits: that two
 * of a thousand million names share both is less likely than 1 in 10^20.
 */
export class NameNumbers {
  readonly #most: number;
  #count = 0;
  #slots = 1024;
  #keys = new Uint32Array(this.#slots * keyWords);
  /** The number of the name in each slot, 0 where there is none. */
  #numbers = new Uint32Array(this.#slots);

  /** @param most bytes that the table of names may take */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * The number of the name whose hashes are at this index of two arrays of 64-bit numbers, each as pairs of words;
   * {@link nameless} where both are 0; -1 if there are too many names for the memory.
   */
  numberAt(one: Uint32Array, other: Uint32Array, index: number): number {
    const a = one[2 * index]!;
    const b = one[2 * index + 1]!;
    const c = other[2 * index]!;
    const d = other[2 * index + 1]!;
    if ((a | b | c | d) === 0) return nameless;
    const slot = this.#find(a, b, c, d);
    const number = this.#numbers[slot]!;
    if (number !== 0) return number;
    if (2 * (this.#count + 1) > this.#slots) {
      if (!this.#grow()) return -1;
      return this.#put(this.#find(a, b, c, d), a, b, c, d);
    }
    return this.#put(slot, a, b, c, d);
  }

  #put(slot: number, a: number, b: number, c: number, d: number): number {
    this.#keys.set([a, b, c, d], slot * keyWords);
    return (this.#numbers[slot] = ++this.#count);
  }

  /** The slot of a key, or the free one where it belongs. */
  #find(a: number, b: number, c: number, d: number): number {
    const keys = this.#keys;
    const numbers = this.#numbers;
    const mask = this.#slots - 1;
    for (let slot = (a ^ d) & mask; ; slot = (slot + 1) & mask) {
      if (numbers[slot] === 0) return slot;
      const at = slot * keyWords;
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d) return slot;
    }
  }

  #grow(): boolean {
    const slots = 2 * this.#slots;
    if (slots * 4 * (keyWords + 1) > this.#most) return false;
    const [keys, numbers, before] = [this.#keys, this.#numbers, this.#slots];
    this.#slots = slots;
    this.#keys = new Uint32Array(slots * keyWords);
    this.#numbers = new Uint32Array(slots);
    for (let slot = 0; slot < before; slot++) {
      if (numbers[slot] === 0) continue;
      const key = keys.subarray(slot * keyWords, (slot + 1) * keyWords);
      const moved = this.#find(key[0]!, key[1]!, key[2]!, key[3]!);
      this.#keys.set(key, moved * keyWords);
      this.#numbers[moved] = numbers[slot]!;
    }
    return true;
  }
}
