/** A file that is read by ranges, never whole. */
export interface RandomAccessFile {
  /** A path, or an address. */
  readonly path: string;
  /** The size of the file in bytes when it was opened. */
  readonly size: number;
  /**
   * The bytes `[offset, offset + length)`, in a buffer of their own.
   * @throws QuadratError if they don't lie in the file
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The same, read into the start of a buffer that is large enough. */
  readInto(buffer: Uint8Array, offset: number, length: number): Promise<Uint8Array>;
  /**
   * The same at once, without other work of the thread in between; undefined where that is not possible. In worker threads it takes
   * less time than to wait.
   */
  readNow?(buffer: Uint8Array, offset: number, length: number): Uint8Array | undefined;
  /** Buffers that one who reads much should have at the same time: the one in use, and those being read. Default: two. */
  readonly atOnce?: number | undefined;
  close(): Promise<void>;
}
