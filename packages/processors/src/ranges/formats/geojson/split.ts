import { open } from "node:fs/promises";
import { fileError, inputError } from "../../../tables/faults.js";
import { jsonOf, mark, skipSpaces, ValueScan } from "./bytes.js";

/** A feature, or a geometry without one, as it stands in the file. */
export interface Slice {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly end: number;
}

const chunkBytes = 1 << 20;
/** A larger feature does not fit into a text either. */
const mostBytes = 2 ** 31 - 1;

/**
 * Splits a file into its features, of which one is held at a time: those of a FeatureCollection, or texts one after the other, by
 * lines or record separators. A slice is valid until the next one is asked for.
 * @param member called with the members of a FeatureCollection besides its features
 */
export async function* splitFeatures(
  file: string,
  signal: AbortSignal,
  member: (key: string, value: unknown) => void = () => undefined,
): AsyncGenerator<Slice> {
  const handle = await open(file).catch((cause: unknown) => {
    throw fileError(file, cause) ?? cause;
  });
  let bytes = new Uint8Array(chunkBytes);
  let [at, end, before] = [0, 0, 0];
  /** Reads on; what lies before `at` is given up. */
  const more = async (): Promise<boolean> => {
    signal.throwIfAborted();
    if (at > 0) {
      bytes.copyWithin(0, at, end);
      before += at;
      [at, end] = [0, end - at];
    }
    if (end === bytes.length) {
      if (end >= mostBytes) throw fault("a feature has more than 2 GiB");
      const larger = new Uint8Array(Math.min(mostBytes, 2 * end));
      larger.set(bytes);
      bytes = larger;
    }
    const { bytesRead } = await handle.read(bytes, end, bytes.length - end).catch((cause: unknown) => {
      throw fileError(file, cause) ?? cause;
    });
    end += bytesRead;
    return bytesRead > 0;
  };
  const fault = (what: string): Error =>
    inputError(file, `${what} (at byte ${before + at})`, {
      hint: "the file is damaged or is not GeoJSON: export it again",
    });
  const next = async (): Promise<number | undefined> => {
    for (;;) {
      at = skipSpaces(bytes, at, end);
      if (at < end) return bytes[at];
      if (!(await more())) return undefined;
    }
  };
  const need = async (...wanted: number[]): Promise<number> => {
    const byte = await next();
    if (byte === undefined) throw fault("the file ends too early");
    if (!wanted.includes(byte)) throw fault(`unexpected ${JSON.stringify(String.fromCharCode(byte))}`);
    return byte;
  };
  /** The end of the value at `at`, which may move. */
  const valueEnd = async (): Promise<number> => {
    const scan = new ValueScan();
    let done = 0;
    for (;;) {
      const found = scan.scan(bytes, at + done, end);
      if (found >= 0) return found;
      done = end - at;
      if (!(await more())) throw fault("the file ends too early");
    }
  };

  try {
    await more();
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3;
    if ((await next()) === undefined) throw fault("the file is empty");
    while ((await next()) !== undefined) {
      await need(mark.open);
      const start = await lookInside();
      if (start === "collection") {
        yield* collection();
        continue;
      }
      const last = await valueEnd();
      yield { bytes, from: at, end: last };
      at = last;
      const byte = await next();
      if (byte === mark.comma) throw fault('unexpected ","');
    }
  } finally {
    await handle.close();
  }

  /** Whether the object at `at` is a collection: it is if it has `features` before a geometry. */
  async function lookInside(): Promise<"collection" | "single"> {
    // The start of the object is kept, in which the first keys stand.
    for (let looked = 0; ; looked = end - at) {
      const head = Buffer.from(bytes.buffer, at, Math.min(end - at, 1 << 16)).toString("latin1");
      const type = /"type"\s*:\s*"(\w+)"/.exec(head)?.[1];
      const features = head.search(/"features"\s*:/);
      const geometry = head.search(/"(geometry|coordinates|geometries)"\s*:/);
      if (type === "FeatureCollection" || (features >= 0 && (geometry < 0 || features < geometry)))
        return "collection";
      if (type !== undefined || geometry >= 0 || looked > 1 << 16) return "single";
      if (!(await more())) return "single";
    }
  }

  async function* collection(): AsyncGenerator<Slice> {
    at++;
    while ((await need(mark.quote, mark.close)) !== mark.close) {
      const keyEnd = await valueEnd();
      const key = jsonOf(bytes, at, keyEnd) as string;
      at = keyEnd;
      await need(mark.colon);
      at++;
      const byte = await next();
      if (key === "features" && byte === mark.openList) {
        at++;
        while ((await need(mark.open, mark.closeList)) !== mark.closeList) {
          const last = await valueEnd();
          yield { bytes, from: at, end: last };
          at = last;
          if ((await need(mark.comma, mark.closeList)) === mark.comma) {
            at++;
            await need(mark.open);
          }
        }
        at++;
      } else {
        const last = await valueEnd();
        member(key, parsed(at, last));
        at = last;
      }
      if ((await need(mark.comma, mark.close)) === mark.comma) at++;
    }
    at++;
  }

  function parsed(from: number, to: number): unknown {
    try {
      return jsonOf(bytes, from, to);
    } catch (cause) {
      throw inputError(file, `a member is not JSON: ${(cause as Error).message}`, { cause });
    }
  }
}
