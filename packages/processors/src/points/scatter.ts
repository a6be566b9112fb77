import { closeSync, openSync, readSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { QuadratError } from "@quadrat/core";

/** Values of rows that come in any order, and are taken in theirs. */
export interface Scatter {
  /** Puts values, column by column, into `count` rows; NaN means NULL. */
  put(count: number, rows: Float64Array, columns: readonly Float64Array[]): void;
  /** The rows in order, block by block; arrays are valid until the next. Rows that nothing was put into are NaN. */
  take(): Generator<{
    readonly first: number;
    readonly count: number;
    readonly columns: readonly Float64Array[];
  }>;
  close(): void;
}

export interface ScatterOptions {
  readonly rows: number;
  readonly columns: number;
  /** The memory that it may use. */
  readonly bytes: number;
  /** Of a file, if there is not enough memory. It is deleted while it is open. */
  readonly path: string;
}

/** Values that are put into rows in memory if they have room there, and else sorted into blocks of rows in a file. */
export function openScatter(options: ScatterOptions): Scatter {
  const { rows, columns, bytes } = options;
  return rows * columns * 8 <= bytes ? inMemory(options) : inFile(options);
}

function inMemory({ rows, columns: width }: ScatterOptions): Scatter {
  const all = Array.from({ length: width }, () => new Float64Array(rows).fill(NaN));
  return {
    put(count, at, columns) {
      for (let c = 0; c < width; c++) {
        const [to, from] = [all[c]!, columns[c]!];
        for (let i = 0; i < count; i++) to[at[i]!] = from[i]!;
      }
    },
    *take() {
      yield { first: 0, count: rows, columns: all };
    },
    close: () => undefined,
  };
}

/** Where values of a block are in the file. */
interface Piece {
  readonly position: number;
  readonly count: number;
}

function inFile({ rows, columns: width, bytes, path }: ScatterOptions): Scatter {
  const half = bytes / 2;
  const blockRows = Math.max(1, Math.min(rows, Math.floor(half / (8 * width))));
  const blocks = Math.ceil(rows / blockRows);
  const stride = width + 1;
  const room = Math.max(16, Math.min(8192, Math.floor(half / (blocks * stride * 8))));
  const waiting = new Float64Array(blocks * room * stride);
  const filled = new Uint32Array(blocks);
  const pieces: Piece[][] = Array.from({ length: blocks }, () => []);
  /** Where the rows of a call begin in `waiting`. */
  let places = new Uint32Array(0);
  const fd = create(path);
  let end = 0;

  const flush = (block: number): void => {
    const count = filled[block]!;
    if (count === 0) return;
    const from = block * room * stride;
    const taken = new Uint8Array(waiting.buffer, 8 * from, 8 * count * stride);
    for (let done = 0; done < taken.length;)
      done += writeSync(fd, taken, done, taken.length - done, end + done);
    pieces[block]!.push({ position: end, count });
    end += taken.length;
    filled[block] = 0;
  };

  return {
    put(count, at, columns) {
      if (places.length < count) places = new Uint32Array(count);
      for (let from = 0; from < count;) {
        let full = -1;
        let next = from;
        while (next < count && full < 0) {
          const row = at[next]!;
          const block = Math.floor(row / blockRows);
          const place = (block * room + filled[block]!) * stride;
          places[next++] = place;
          waiting[place] = row - block * blockRows;
          if (++filled[block]! === room) full = block;
        }
        for (let c = 0; c < width; c++) {
          const values = columns[c]!;
          for (let i = from; i < next; i++) waiting[places[i]! + 1 + c] = values[i]!;
        }
        if (full >= 0) flush(full);
        from = next;
      }
    },
    *take() {
      for (let block = 0; block < blocks; block++) flush(block);
      const all = Array.from({ length: width }, () => new Float64Array(blockRows));
      const piece = waiting.subarray(0, room * stride);
      for (let block = 0; block < blocks; block++) {
        for (const column of all) column.fill(NaN);
        for (const { position, count } of pieces[block]!) {
          read(fd, new Uint8Array(piece.buffer, piece.byteOffset, 8 * count * stride), position);
          for (let c = 0; c < width; c++) {
            const column = all[c]!;
            for (let from = 0; from < count * stride; from += stride)
              column[piece[from]!] = piece[from + 1 + c]!;
          }
        }
        const first = block * blockRows;
        yield { first, count: Math.min(blockRows, rows - first), columns: all };
      }
    },
    close: () => closeSync(fd),
  };
}

function read(fd: number, into: Uint8Array, position: number): void {
  for (let done = 0; done < into.length;) {
    const got = readSync(fd, into, done, into.length - done, position + done);
    if (got === 0) throw new QuadratError("internal", "a file for values of points became shorter");
    done += got;
  }
}

function create(path: string): number {
  try {
    rmSync(path, { force: true });
    const fd = openSync(path, "wx+", 0o600);
    unlinkSync(path);
    return fd;
  } catch (cause) {
    throw new QuadratError(
      "output",
      `can't create ${path}, a file for values of points: ${(cause as Error).message}`,
      {
        cause,
        hint: "check that its folder exists and can be written, or choose another place with --store",
        place: { file: path },
      },
    );
  }
}
