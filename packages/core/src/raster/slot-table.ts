/** States of a block that is in no slot. One that is in a slot has the slot's number plus one. */
const missing = 0;
const claimed = -1;

/** States of a slot without a block. */
const writing = 0;
const free = -1;

/** Positions in the head of the table. */
const head = { lock: 0, slots: 1, searched: 2, length: 4 } as const;

/** Milliseconds after which a waiting thread looks again, in case that it was not woken. */
const lookAgain = 50;

/** Milliseconds that decoding a block may take before its thread is taken for dead. */
const longestClaim = 60_000;

/**
 * Which slot of a file holds which block, in memory that threads share. Blocks are claimed and published by compare and swap;
 * only the search for a free slot takes a lock. There are as many slots as blocks, of which a file uses few: a slot whose
 * block was not used for some turns is used again. Memory for the others is never touched.
 */
export class SlotTable {
  readonly #head: Int32Array;
  /** For each block, its state. */
  readonly #slotOf: Int32Array;
  /** For each slot: the number of its block plus one, `writing` or `free`; the last turn; the kind. */
  readonly #blockIn: Int32Array;
  readonly #usedAt: Int32Array;
  readonly #kinds: Int32Array;

  /** Memory for a table of this many blocks. */
  static memory(blocks: number): SharedArrayBuffer {
    return new SharedArrayBuffer(4 * (head.length + 4 * blocks));
  }

  constructor(state: SharedArrayBuffer) {
    const blocks = (state.byteLength / 4 - head.length) / 4;
    const part = (index: number): Int32Array =>
      new Int32Array(state, 4 * (head.length + index * blocks), blocks);
    this.#head = new Int32Array(state, 0, head.length);
    this.#slotOf = part(0);
    this.#blockIn = part(1);
    this.#usedAt = part(2);
    this.#kinds = part(3);
  }

  /** The number of slots that were ever used. */
  get slots(): number {
    return Atomics.load(this.#head, head.slots);
  }

  /** The slot of a block, which is thereby used; undefined if it is in none. */
  find(block: number, turn: number): number | undefined {
    const slot = Atomics.load(this.#slotOf, block) - 1;
    if (slot < 0) return undefined;
    if (Atomics.load(this.#usedAt, slot) < turn) Atomics.store(this.#usedAt, slot, turn);
    return slot;
  }

  kindOf(slot: number): number {
    return Atomics.load(this.#kinds, slot);
  }

  isMissing(block: number): boolean {
    return Atomics.load(this.#slotOf, block) === missing;
  }

  claim(block: number): boolean {
    return Atomics.compareExchange(this.#slotOf, block, missing, claimed) === missing;
  }

  release(block: number): void {
    Atomics.store(this.#slotOf, block, missing);
    Atomics.notify(this.#slotOf, block);
  }

  publish(block: number, slot: number, kind: number): void {
    Atomics.store(this.#kinds, slot, kind);
    Atomics.store(this.#blockIn, slot, block + 1);
    Atomics.store(this.#slotOf, block, slot + 1);
    Atomics.notify(this.#slotOf, block);
  }

  /**
   * Waits until a block is not claimed. A claim lasts as long as a block is decoded; one that lasts longer than `patience`
   * milliseconds is that of a thread which has died, and is given up.
   */
  settled(block: number, patience = longestClaim): void {
    const until = performance.now() + patience;
    while (Atomics.load(this.#slotOf, block) === claimed) {
      if (performance.now() > until) Atomics.compareExchange(this.#slotOf, block, claimed, missing);
      else Atomics.wait(this.#slotOf, block, claimed, lookAgain);
    }
  }

  /** A slot to be written: one whose block no turn has used since `turn - patience`, or else a new one. */
  take(turn: number, patience: number): number {
    this.#acquire();
    try {
      const slot = this.#expired(turn, turn - patience) ?? Atomics.add(this.#head, head.slots, 1);
      Atomics.store(this.#blockIn, slot, writing);
      Atomics.store(this.#usedAt, slot, turn);
      return slot;
    } finally {
      this.#letGo();
    }
  }

  /** Gives back a slot that could not be written. */
  giveBack(slot: number): void {
    this.#acquire();
    Atomics.store(this.#blockIn, slot, free);
    this.#head[head.searched] = 0;
    this.#letGo();
  }

  #expired(turn: number, since: number): number | undefined {
    // Nothing expires within a turn.
    if (this.#head[head.searched] === turn + 1) return undefined;
    const { slots } = this;
    for (let slot = 0; slot < slots; slot++) {
      const holds = Atomics.load(this.#blockIn, slot);
      if (holds === free) return slot;
      if (holds === writing || Atomics.load(this.#usedAt, slot) >= since) continue;
      Atomics.store(this.#slotOf, holds - 1, missing);
      return slot;
    }
    this.#head[head.searched] = turn + 1;
    return undefined;
  }

  #acquire(): void {
    while (Atomics.compareExchange(this.#head, head.lock, 0, 1) !== 0)
      Atomics.wait(this.#head, head.lock, 1, lookAgain);
  }
  #letGo(): void {
    Atomics.store(this.#head, head.lock, 0);
    Atomics.notify(this.#head, head.lock, 1);
  }
}
