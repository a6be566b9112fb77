import { recordParser, type RecordFields } from "./records.js";
import { isUsable } from "./shape.js";
import type { TextTable } from "./text-head.js";

/** Bytes of text searched unless the search is thorough. */
const searchBytes = 64 * 1024 * 1024;

/** Looks for the first usable record for which `look` returns something. */
export async function findRecord<T>(
  { file, dialect, headerLine, shape, enough }: TextTable,
  text: AsyncIterable<Buffer>,
  thoroughly: boolean,
  look: (record: RecordFields) => T | undefined,
): Promise<T | undefined> {
  let found: T | undefined;
  const parser = recordParser(file, dialect, {
    record(record) {
      if (found !== undefined || record.line <= headerLine || !isUsable(record, shape, enough)) return;
      found = look(record);
    },
    broken: () => undefined,
  });
  let bytes = 0;
  for await (const chunk of text) {
    parser.push(chunk);
    bytes += chunk.length;
    if (found !== undefined || (bytes > searchBytes && !thoroughly)) return found;
  }
  parser.end();
  return found;
}
