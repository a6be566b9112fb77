import { RecordBatchFileWriter } from "apache-arrow";

/** Apache Arrow's writer of the IPC file format, whose output is collected so that it can be taken part by part. */
export class CollectingFileWriter extends RecordBatchFileWriter {
  #chunks: Uint8Array[] = [];

  /** The bytes written since the last call. */
  take(): Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  protected override _write(chunk: ArrayBufferView): this {
    if (chunk.byteLength > 0) {
      this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      this._position += chunk.byteLength;
    }
    return this;
  }
}
