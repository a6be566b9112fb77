import { open, type FileHandle } from "node:fs/promises";
import { QuadratError } from "@quadrat/core";
import { namedLines, type BrokenRecords, type Reason } from "./faults.js";
import { recordParser, type Dialect, type RecordFields } from "./records.js";

/** Bytes of the scratch file after which it is handed over. */
const partBytes = 64 * 1024 * 1024;

const tab = 0x09;
const lineFeed = 0x0a;
const space = 0x20;
const quoteMark = 0x22;

export interface Rewriting {
  readonly file: string;
  /** Valid UTF-8 without a mark. */
  readonly text: AsyncIterable<Buffer>;
  readonly dialect: Dialect;
  /** Fields of a whole record. */
  readonly fields: number;
  /** Positions of the fields to keep. */
  readonly keep: readonly number[];
  readonly target: string;
}

/** Records left out by the reason, with their first lines. */
export type BrokenLog = Map<Reason, { count: number; lines: number[] }>;

/**
 * Writes the kept fields of a text table as plain tab-separated lines: no header, no quotes, no control characters in
 * a field. Gives control back with every part of bounded size; the next part overwrites it.
 */
export async function* rewrite(
  { file, text, dialect, fields, keep, target }: Rewriting,
  broken: BrokenLog,
): AsyncGenerator<{ readonly bytes: number }> {
  const writer = lineWriter(keep);
  let header = true;
  const parser = recordParser(file, dialect, {
    record(record) {
      if (header) header = false;
      else if (isWhole(record, fields)) writer.write(record);
      else noteBroken(broken, "fields", record.line);
    },
    broken: (reason, line) => noteBroken(broken, reason, line),
  });
  let handle = await openTarget(target);
  let size = 0;
  try {
    const flush = async (): Promise<void> => {
      const bytes = writer.take();
      size += bytes.length;
      await handle.appendFile(bytes).catch((cause: unknown) => {
        throw writeError(target, cause);
      });
    };
    for await (const chunk of text) {
      parser.push(chunk);
      await flush();
      if (size < partBytes) continue;
      await handle.close();
      yield { bytes: size };
      handle = await openTarget(target);
      size = 0;
    }
    parser.end();
    await flush();
    await handle.close();
    yield { bytes: size };
  } finally {
    await handle.close();
  }
}

function noteBroken(broken: BrokenLog, reason: Reason, line: number): void {
  const entry = broken.get(reason) ?? { count: 0, lines: [] };
  broken.set(reason, entry);
  entry.count++;
  if (entry.lines.length < namedLines) entry.lines.push(line);
}

export function brokenRecords(broken: BrokenLog): BrokenRecords[] {
  return [...broken].map(([reason, { count, lines }]) => ({ reason, count, lines }));
}

/** True when the record has as many fields as the header; delimiters at its end may stand for more, all empty. */
export function isWhole({ count, starts, ends }: RecordFields, fields: number): boolean {
  for (let extra = fields; extra < count; extra++) if (starts[extra] !== ends[extra]) return false;
  return count >= fields;
}

async function openTarget(target: string): Promise<FileHandle> {
  return open(target, "w").catch((cause: unknown) => {
    throw writeError(target, cause);
  });
}

function writeError(target: string, cause: unknown): QuadratError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new QuadratError("output", `can't write ${target}: ${message}`, { cause, place: { file: target } });
}

function lineWriter(keep: readonly number[]): { write(record: RecordFields): void; take(): Buffer } {
  let buffer = Buffer.allocUnsafe(4 << 20);
  let at = 0;
  const reserve = (bytes: number): void => {
    if (at + bytes <= buffer.length) return;
    const wider = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(wider, 0, 0, at);
    buffer = wider;
  };
  return {
    write({ bytes, starts, ends, doubled }) {
      for (let k = 0; k < keep.length; k++) {
        const field = keep[k]!;
        const end = ends[field]!;
        reserve(end - starts[field]! + 1);
        if (k > 0) buffer[at++] = tab;
        for (let i = starts[field]!; i < end; i++) {
          const byte = bytes[i]!;
          buffer[at++] = byte < space ? space : byte;
          if (byte === quoteMark && doubled[field]) i++;
        }
      }
      reserve(1);
      buffer[at++] = lineFeed;
    },
    take() {
      const taken = buffer.subarray(0, at);
      at = 0;
      return taken;
    },
  };
}
