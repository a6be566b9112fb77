import { open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { QuadratError, type DatasetConfig } from "@quadrat/core";
import { linesOf, namedLines, reasonCode, type BrokenRecords, type Reason } from "../faults.js";
import { recordParser, type RecordFields } from "./records.js";
import { isUsable } from "./shape.js";
import { doubledMark, escapedMark, isSign } from "./split.js";
import { sourceOf, type TextTable } from "./text-head.js";

/** The size of the scratch file, in bytes, at which it is handed over. */
const partBytes = 64 * 1024 * 1024;

const tab = 0x09;
const lineFeed = 0x0a;
const space = 0x20;
const backslash = 0x5c;
/** For a column that is not a field of the text. */
const noField = -1;

export interface Rewriting {
  readonly table: TextTable;
  /** Valid UTF-8 without a byte order mark. */
  readonly text: AsyncIterable<Buffer>;
  /** The number of records skipped, because they are read in another way. */
  readonly except?: (record: RecordFields) => boolean;
  readonly target: string;
  /** Begins each line with the number of the record and the code of its fault, and also writes the records that have one. */
  readonly numbered?: boolean;
}

/** Lines or records to report: how many, and the first ones. */
export interface Noted {
  count: number;
  readonly lines: number[];
}

/** Records left out, by the reason. */
export type BrokenLog = Map<Reason, Noted>;

/** What was found while a text was rewritten. */
export interface RewriteLog {
  /** Records that were not skipped. */
  taken: number;
  readonly broken: BrokenLog;
  /** Records with fewer fields than the header. */
  readonly short: Noted;
  readonly remarks: Noted;
  /** Warnings about texts from which its records inherit values. */
  readonly further: string[];
}

export function emptyLog(): RewriteLog {
  return {
    taken: 0,
    broken: new Map(),
    short: { count: 0, lines: [] },
    remarks: { count: 0, lines: [] },
    further: [],
  };
}

/**
 * Writes the kept fields of a text table as plain tab-separated lines: no header, no quotes, no control characters in
 * a field. Yields after every part of bounded size; the next part overwrites it.
 */
export async function* rewrite(
  { table, text, except, target, numbered = false }: Rewriting,
  log: RewriteLog,
): AsyncGenerator<{ readonly bytes: number }> {
  const { file, dialect, headerLine, shape, enough } = table;
  const { broken, short, remarks } = log;
  const writer = lineWriter(table);
  const lose = (reason: Reason, line: number): void => {
    noteBroken(broken, reason, line);
    if (!numbered) return;
    writer.begin(log.taken, reasonCode(reason));
    writer.writeEmpty();
  };
  const parser = recordParser(file, dialect, {
    record(record) {
      if (record.line <= headerLine || except?.(record)) return;
      log.taken++;
      if (isUsable(record, shape, enough)) {
        if (numbered) writer.begin(log.taken);
        writer.write(record);
      } else lose("fields", record.line);
      if (record.count < shape.least && record.count >= enough) note(short, record.line);
    },
    broken(reason, line) {
      if (line <= headerLine) return;
      log.taken++;
      lose(reason, line);
    },
    comment(line) {
      if (line > headerLine) note(remarks, line);
    },
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
  const noted = broken.get(reason) ?? { count: 0, lines: [] };
  broken.set(reason, noted);
  note(noted, line);
}

function note(noted: Noted, line: number): void {
  noted.count++;
  if (noted.lines.length < namedLines) noted.lines.push(line);
}

export function brokenRecords(broken: BrokenLog): BrokenRecords[] {
  return [...broken].map(([reason, { count, lines }]) => ({ reason, count, lines }));
}

/** What a user may want to know about a text that was read nevertheless. */
export function remarksOf({ short, remarks, further }: RewriteLog, { comment }: DatasetConfig): string[] {
  const found: string[] = [...further];
  if (short.count > 0) {
    const [records, have] = short.count === 1 ? ["1 record", "has"] : [`${short.count} records`, "have"];
    found.push(
      `${records} ${have} fewer fields than the header: the missing ones are read as empty${linesOf(short)}`,
    );
  }
  if (remarks.count > 0 && comment === undefined) {
    const taken =
      remarks.count === 1
        ? "1 line after the header begins with # and is treated as a comment"
        : `${remarks.count} lines after the header begin with # and are treated as comments`;
    found.push(`${taken}${linesOf(remarks)}`);
  }
  return found;
}

async function openTarget(target: string): Promise<FileHandle> {
  return open(target, "w").catch((cause: unknown) => {
    throw writeError(target, cause);
  });
}

function writeError(target: string, cause: unknown): QuadratError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const full = /^(ENOSPC|EDQUOT)/.test(message);
  return new QuadratError("output", `can't write ${target}: ${message}`, {
    cause,
    hint: full
      ? `free some space on the file system of ${dirname(target)}, or choose another place with --store; what was staged is kept`
      : "check that its folder exists and can be written, or choose another place with --store",
    place: { file: target },
  });
}

interface LineWriter {
  /** Writes the fields that begin a numbered line. */
  begin(number: number, fault?: number): void;
  write(record: RecordFields): void;
  /** Writes a line without any text in its fields. */
  writeEmpty(): void;
  take(): Buffer;
}

/** Writes what is kept of a record; where values are inherited also the field that names the parent, and its line. */
function lineWriter(table: TextTable): LineWriter {
  const { keep, parents, dialect } = table;
  const quote = (dialect.quote ?? '"').charCodeAt(0);
  const sources = keep.map((column) => sourceOf(table, column));
  const fields = Int32Array.from([
    ...sources.map(({ field }) => field ?? noField),
    ...(parents ? [parents.link] : []),
  ]);
  const fallbacks = sources.map(({ fallback = "" }) =>
    Buffer.from(fallback).map((byte) => (byte < space ? space : byte)),
  );
  let buffer = Buffer.allocUnsafe(4 << 20);
  let at = 0;
  const reserve = (bytes: number): void => {
    if (at + bytes <= buffer.length) return;
    const wider = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(wider, 0, 0, at);
    buffer = wider;
  };
  return {
    begin(number, fault) {
      reserve(40);
      at += buffer.write(`${number}\t${fault ?? ""}\t`, at, "latin1");
    },
    writeEmpty() {
      const tabs = fields.length - (parents ? 0 : 1);
      reserve(tabs + 1);
      for (let k = 0; k < tabs; k++) buffer[at++] = tab;
      buffer[at++] = lineFeed;
    },
    write({ bytes, count, starts, ends, marks, line }) {
      for (let k = 0; k < fields.length; k++) {
        const field = fields[k]!;
        const isThere = field >= 0 && field < count;
        const end = isThere ? ends[field]! : 0;
        const start = isThere ? starts[field]! : 0;
        const fallback = start === end ? fallbacks[k] : undefined;
        reserve(end - start + 1 + (fallback?.length ?? 0));
        if (k > 0) buffer[at++] = tab;
        if (fallback) for (const byte of fallback) buffer[at++] = byte;
        const mark = marks[field]!;
        for (let i = start; i < end; i++) {
          let byte = bytes[i]!;
          if (mark !== 0) {
            if (byte === backslash && mark & escapedMark && i + 1 < end && isSign(bytes[i + 1]))
              byte = bytes[++i]!;
            else if (byte === quote && mark & doubledMark) i++;
          }
          buffer[at++] = byte < space ? space : byte;
        }
      }
      reserve(20);
      if (parents) at += buffer.write(`\t${line}`, at, "latin1");
      buffer[at++] = lineFeed;
    },
    take() {
      const taken = buffer.subarray(0, at);
      at = 0;
      return taken;
    },
  };
}
