/** The decoded form of a block. */
export interface BlockSize {
  /** Columns of the block. */
  readonly width: number;
  /** Rows of the block with pixels; the last strip may be padded to `fullRows`. */
  readonly rows: number;
  readonly fullRows: number;
  /** Bytes of one decoded row. */
  readonly rowBytes: number;
}

/**
 * Decodes one block into a buffer of its own, or into `spare` if it can: at least `rows * rowBytes` bytes, aligned to 8.
 * It never produces more than `fullRows * rowBytes`, whatever the data say.
 * @throws CorruptBlock (or any error of a library) if the data are damaged
 */
export type BlockDecoder = (
  data: Uint8Array,
  size: BlockSize,
  spare?: Uint8Array<ArrayBuffer>,
) => Uint8Array<ArrayBuffer>;

/** Decodes data that arrive in parts into parts, each valid until the next is requested. */
export interface StreamDecoder {
  decode(data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
  /** Whether a fault of the data may show only at their end, at or after the last pixel. */
  readonly checksEnd: boolean;
}

/** The same bytes, or a copy if they are not aligned for a typed array of 8-byte numbers. */
export function aligned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % 8 === 0 ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
