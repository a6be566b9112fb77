import type { BitSink } from "./bits.js";
import type { Costs } from "./costs.js";

/** Finds what a block is made of, and writes it. */
export interface BlockCoder {
  /** What the next block's symbols are expected to take; to be set before it. */
  readonly costs: Costs;
  /** How often the block needs each symbol of literals and lengths, and of distances. */
  readonly literals: Int32Array;
  readonly distances: Int32Array;
  /** Forgets what was seen: another input begins. */
  clear(): void;
  /** Takes the input's bytes from `from`, where the last call ended, to `to`. */
  parse(input: Uint8Array, from: number, to: number): void;
  /** Writes the block in these codes, bits with their number above bit 16, and empties it. */
  write(sink: BitSink, literals: Uint32Array, distances: Uint32Array): void;
}
