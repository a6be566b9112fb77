/** What a block decodes to. */
export interface BlockSize {
  /** Columns of the block. */
  readonly width: number;
  /** Rows of the block that hold pixels; the last strip may be padded to `fullRows`. */
  readonly rows: number;
  readonly fullRows: number;
  /** Bytes of one decoded row. */
  readonly rowBytes: number;
}

/**
 * Decodes one block into a buffer of its own, or into `spare` if it can: at least `rows * rowBytes` bytes, aligned to 8.
 * It never makes more than `fullRows * rowBytes`, whatever the data say.
 * @throws CorruptBlock (or any error of a library) when the data are damaged
 */
export type BlockDecoder = (
  data: Uint8Array,
  size: BlockSize,
  spare?: Uint8Array<ArrayBuffer>,
) => Uint8Array<ArrayBuffer>;

/** Decodes data that come in parts into parts, each good until the next is asked for. */
export interface StreamDecoder {
  decode(data: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
  /** Whether data that go on after the last pixel, or end with it, have a fault that only their end shows. */
  readonly checksEnd: boolean;
}

/** The same bytes, or a copy of them where a typed array of 8-byte numbers could not be laid over them. */
export function aligned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % 8 === 0 ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
