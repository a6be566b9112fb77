const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/** The ASCII character that ends a line. "\n" also stands for CRLF: a CR before it belongs to the line end. */
export type LineEnd = string;

/**
 * Makes a text's line ends those that the reader knows, and other characters that it would take for line ends spaces, as
 * which control characters in a field are read in any case. Chunks are changed in place.
 */
export interface LineEnds {
  push(chunk: Buffer): Buffer;
  end(): Buffer;
}

export function lineEnds(lineEnd: LineEnd): LineEnds {
  return lineEnd === "\n" ? lineFeeds() : singleMarks(lineEnd.charCodeAt(0));
}

/** A CR ends a line only together with the LF after it. */
function lineFeeds(): LineEnds {
  let held = Buffer.alloc(0);
  return {
    push(chunk) {
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      let i = bytes.indexOf(carriageReturn);
      for (; i >= 0 && i + 1 < bytes.length; i = bytes.indexOf(carriageReturn, i + 1)) {
        if (bytes[i + 1] !== lineFeed) bytes[i] = space;
      }
      held = i < 0 ? Buffer.alloc(0) : Buffer.from([carriageReturn]);
      return i < 0 ? bytes : bytes.subarray(0, -1);
    },
    end: () => Buffer.alloc(held.length, space),
  };
}

function singleMarks(mark: number): LineEnds {
  /** Whether the last byte was the mark, so that an LF after a CR belongs to it. */
  let ended = false;
  return {
    push(chunk) {
      let to = 0;
      for (const byte of chunk) {
        const isSecond = ended && mark === carriageReturn && byte === lineFeed;
        ended = byte === mark;
        if (isSecond) continue;
        chunk[to++] = ended ? lineFeed : byte === lineFeed || byte === carriageReturn ? space : byte;
      }
      return chunk.subarray(0, to);
    },
    end: () => Buffer.alloc(0),
  };
}
