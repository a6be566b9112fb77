import { open, type FileHandle } from "node:fs/promises";
import { fileError, inputError } from "../../tables/faults.js";

const windowBytes = 1 << 20;

/** A file that is read mostly from front to back: what is asked for is taken from a window of it. */
export class FileWindow {
  readonly file: string;
  readonly size: number;
  readonly #handle: FileHandle;
  #bytes = Buffer.alloc(0);
  #from = 0;

  private constructor(file: string, handle: FileHandle, size: number) {
    this.file = file;
    this.#handle = handle;
    this.size = size;
  }

  static async open(file: string): Promise<FileWindow> {
    try {
      const handle = await open(file);
      return new FileWindow(file, handle, (await handle.stat()).size);
    } catch (cause) {
      throw fileError(file, cause) ?? cause;
    }
  }

  /** Bytes of the file, valid until the next call. @throws QuadratError if it ends before them */
  async read(at: number, length: number): Promise<Buffer> {
    if (!(at >= 0 && length >= 0 && at + length <= this.size))
      throw inputError(this.file, `the file ends too early: it has ${this.size} bytes, not ${at + length}`, {
        hint: "the file is damaged or incomplete: copy or export it again",
      });
    if (at < this.#from || at + length > this.#from + this.#bytes.length) {
      const size = Math.min(Math.max(length, windowBytes), this.size - at);
      if (
        this.#bytes.buffer.byteLength < size ||
        this.#bytes.buffer.byteLength > 4 * Math.max(size, windowBytes)
      )
        this.#bytes = Buffer.from(new ArrayBuffer(size));
      const room = Buffer.from(this.#bytes.buffer, 0, size);
      let done = 0;
      while (done < size) {
        const { bytesRead } = await this.#handle
          .read(room, done, size - done, at + done)
          .catch((cause: unknown) => {
            throw fileError(this.file, cause) ?? cause;
          });
        if (bytesRead === 0) throw inputError(this.file, "the file has become shorter while it was read");
        done += bytesRead;
      }
      this.#bytes = room;
      this.#from = at;
    }
    return this.#bytes.subarray(at - this.#from, at - this.#from + length);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
