import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fieldText, maxRecordBytes, recordParser, type Dialect } from "../../src/tables/text/records.js";
import { fixtures } from "./support.js";

const comma: Dialect = { delimiter: ",", quoted: true };

interface Parsed {
  readonly records: string[][];
  readonly lines: number[];
  readonly broken: [reason: string, line: number][];
}

/** Parses a text that comes in chunks of the given sizes, over and over. */
function parse(text: string | Buffer, dialect = comma, sizes: readonly number[] = [1 << 20]): Parsed {
  const parsed: Parsed = { records: [], lines: [], broken: [] };
  const parser = recordParser("test.csv", dialect, {
    record(record) {
      parsed.records.push(Array.from({ length: record.count }, (_, index) => fieldText(record, index)));
      parsed.lines.push(record.line);
    },
    broken: (reason, line) => parsed.broken.push([reason, line]),
  });
  const bytes = Buffer.from(text);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    parser.push(bytes.subarray(at, at + size));
    at += size;
  }
  parser.end();
  return parsed;
}

const lineEnd = fc.constantFrom("\n", "\r\n", "\r");
const field = fc.string({
  unit: fc.constantFrom("a", "é", "😀", ",", ";", '"', "\n", "\r", " ", "1"),
  maxLength: 6,
});
const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });

describe("records", () => {
  it("are those of Python's csv module", () => {
    const text = readFileSync(join(fixtures, "spellings.csv"));
    const expected: unknown = JSON.parse(readFileSync(join(fixtures, "spellings.json"), "utf8"));
    for (const size of [1, 2, 3, 5, 64, 1 << 20])
      expect(parse(text, comma, [size]).records).toEqual(expected);
  });

  it("come back as they were written, wherever chunks end", () => {
    const table = fc.array(fc.array(fc.tuple(field, fc.boolean()), { minLength: 2, maxLength: 4 }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(table, fc.array(lineEnd, { minLength: 1 }), sizes, (rows, ends, chunks) => {
        const write = ([text, quote]: [string, boolean]): string =>
          quote || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
        const lines = rows.map((row, index) => row.map(write).join(",") + ends[index % ends.length]!);
        const { records, broken } = parse(lines.join(""), comma, chunks);
        expect(records).toEqual(rows.map((row) => row.map(([text]) => text)));
        expect(broken).toEqual([]);
      }),
    );
  });

  it("are cut in the same way wherever chunks end, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "1", ",", '"', "\n", "\r", " "), maxLength: 60 }),
        sizes,
        (text, chunks) => {
          const attempt = (pieces: readonly number[]): unknown => {
            try {
              return parse(text, comma, pieces);
            } catch (error) {
              return (error as Error).message;
            }
          };
          expect(attempt(chunks)).toEqual(attempt([1000]));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("carry the line that they begin on", () => {
    const { lines, records } = parse('a,b\r\n\r\n"x\ny\r\nz",1\r2,3\n\n4,5');
    expect(records).toEqual([
      ["a", "b"],
      ["x\ny\r\nz", "1"],
      ["2", "3"],
      ["4", "5"],
    ]);
    expect(lines).toEqual([1, 3, 6, 8]);
  });

  it("have plain quotes where quoting is off, and in the middle of a field", () => {
    expect(parse('a\t"b\nc"\td"e\n', { delimiter: "\t", quoted: false }).records).toEqual([
      ["a", '"b'],
      ['c"', 'd"e'],
    ]);
    expect(parse('5" pipe,b\n').records).toEqual([['5" pipe', "b"]]);
  });

  it("that close a quote within a word are broken, the lines after them are not", () => {
    expect(parse('a,b\n"x"y,1\n2,3\n')).toMatchObject({
      records: [
        ["a", "b"],
        ["2", "3"],
      ],
      broken: [["quote", 2]],
    });
  });

  it.each([
    ['a,b\n"x,1\n2,3\n', 2, "before the end of the file"],
    ['a,b\n1,2\n3,"x\n2,3\n"y,4\n', 3, "on line 5"],
  ])("are refused where a quote swallows lines: %j", (text, line, message) => {
    const attempt = (): unknown => parse(text);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ kind: "input", place: { file: "test.csv", line } }));
  });

  it("longer than 2 MiB are broken, or refused when a quote makes them so", () => {
    const long = "x".repeat(maxRecordBytes + 10);
    expect(parse(`a,b\n${long},1\r\n2,3\n`)).toMatchObject({ lines: [1, 3], broken: [["long", 2]] });
    expect(parse(`a,b\n1,${long}\n2,3\n`, comma, [3 * maxRecordBytes])).toMatchObject({
      lines: [1, 3],
      broken: [["long", 2]],
    });
    expect(() => parse(`a,b\n1,"${long}\n${long}\n`)).toThrow(
      "line 2: a quote that opens here is not closed within 2 MiB",
    );
  });
});
