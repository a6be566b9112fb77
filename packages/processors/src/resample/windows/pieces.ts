/**
 * The pixels under the cells of some whole grid rows. A cell has no piece if it misses the source, usually one, and
 * another for every full turn of longitude after which it meets the source again.
 */
export interface Pieces {
  /** The pieces of cell `i`, counted from the first cell of the rows, are `first[i]` to `first[i + 1]`. */
  readonly first: Int32Array;
  /** The full turns by which the cell was moved; for a source that is cut open, the number of a part of the cell. */
  readonly turns: Int32Array;
  /** Pixels `[left, right)` x `[top, bottom)`, inside the source. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly top: Int32Array;
  readonly bottom: Int32Array;
}

export interface PieceBuilder {
  add(turns: number, left: number, right: number, top: number, bottom: number): void;
  /** Ends the cell's pieces. */
  close(): void;
  build(): Pieces;
}

export function pieceBuilder(cells: number): PieceBuilder {
  const first = new Int32Array(cells + 1);
  let capacity = cells + 16;
  let fields = Array.from({ length: 5 }, () => new Int32Array(capacity));
  let used = 0;
  let cell = 0;
  return {
    add(turns, left, right, top, bottom) {
      if (used === capacity) {
        capacity *= 2;
        fields = fields.map((field) => {
          const larger = new Int32Array(capacity);
          larger.set(field);
          return larger;
        });
      }
      fields[0]![used] = turns;
      fields[1]![used] = left;
      fields[2]![used] = right;
      fields[3]![used] = top;
      fields[4]![used] = bottom;
      used++;
    },
    close() {
      first[++cell] = used;
    },
    build() {
      const [turns, left, right, top, bottom] = fields as [
        Int32Array,
        Int32Array,
        Int32Array,
        Int32Array,
        Int32Array,
      ];
      return { first, turns, left, right, top, bottom };
    },
  };
}
