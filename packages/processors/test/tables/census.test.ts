import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { takeCensus, type Coordinates } from "../../src/tables/text/census.js";
import { possibleDialects } from "../../src/tables/text/quoting.js";
import { signsOf } from "../../src/tables/text/signs.js";

function chosen(
  text: string,
  delimiter = "\t",
  sizes: readonly number[] = [1 << 20],
  fields = 3,
  coordinates?: Coordinates,
): string {
  const bytes = Buffer.from(text);
  const signs = signsOf(bytes, delimiter);
  const shape = { least: fields, most: fields };
  const census = takeCensus(possibleDialects({ delimiter }, "auto", signs, false), shape, coordinates);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    census.push(bytes.subarray(at, at + size));
    at += size;
  }
  census.end();
  const { quoted, escaped } = census.dialect;
  return `${quoted ? "quotes" : "no quotes"}${escaped ? ", backslashes" : ""}`;
}

describe("how a text is quoted", () => {
  it.each([
    ["a stray quote", 'a\tb\tc\n1\t2\t"x\n3\t4\ty\n', "no quotes"],
    ["quotes that close within a word", 'a\tb\tc\n1\t"x" y\t2\n', "no quotes"],
    [
      "two stray quotes in one column, which swallow whole lines",
      'a\tb\tc\n1\t"x\t2\n3\ty\t4\n5\tz"\t6\n',
      "no quotes",
    ],
    ["the same in the last column", 'a\tb\tc\n1\t2\t"x\n3\t4\ty\n5\t6\tz"\n', "no quotes"],
    ["a line break in the last column", 'a\tb\tc\n1\t2\t"x\ny"\n', "quotes"],
    ["a line break in the first column", 'a\tb\tc\n"x\ny"\t1\t2\n', "quotes"],
    ["line breaks in a short record", 'a\tb\tc\n1\t"x\n\ny"\n', "quotes"],
    ["a delimiter", 'a\tb\tc\n1\t"x\ty"\t2\n', "quotes"],
    ["doubled quotes", 'a\tb\tc\n1\t"x ""y"""\t2\n', "quotes"],
    ["quotes that fit both", 'a\tb\tc\n1\t"x"\t2\n', "quotes"],
    ["quotes after backslashes", 'a\tb\tc\n1\t"x \\"y\\""\t2\n', "quotes, backslashes"],
    ["a backslash before a closing quote", 'a\tb\tc\n1\t"C:\\"\t2\n3\t"D:\\"\t4\n', "quotes"],
    ["escaped tabs without quotes", 'a\tb\tc\n1\tx\\\ty\t"2\n', "no quotes, backslashes"],
  ])("is shown by %s", (_, text, expected) => {
    expect(chosen(text)).toBe(expected);
    expect(chosen(text.replaceAll("\n", "\r\n"))).toBe(expected);
    expect(chosen(text.replaceAll("\n", "\r"))).toBe(expected);
  });

  /** Unquoted records of six fields, the first two of them coordinates; two of their names have a quote at one end. */
  const records = (short: readonly number[], open: number, close: number): string => {
    const lines = Array.from({ length: 30 }, (_, i) => {
      const name = i === open ? '"Foo' : i === close ? 'Bar"' : "b";
      const fields = [`${i}.5`, `${i / 2}`, name, `${i}`, "r", "q"];
      return fields.slice(0, short.includes(i) ? 4 : 6).join("\t");
    });
    return `x\ty\tname\tn\tr\tq\n${lines.join("\n")}\n`;
  };
  const placed = (text: string): string => chosen(text, "\t", [1 << 20], 6, { x: 0, y: 1, decimal: "." });

  it.each([
    ["a short record between them", [12], 11, 13],
    ["short records between them", [12, 13, 14, 15, 16], 11, 17],
    ["the one that opens is short, and the next one closes", [11], 11, 12],
    ["the one that closes is short", [12], 11, 12],
    ["all are short", Array.from({ length: 30 }, (_, i) => i), 11, 13],
    ["none is short", [], 11, 13],
  ])("is not shown by two accidental quotes: %s", (_, short, open, close) => {
    expect(placed(records(short, open, close))).toBe("no quotes");
  });

  it.each([
    ["in a whole record", '9\t9\t"Foo\nbar"\t11\tr\tq\n'],
    ["in a short record", '9\t9\t"Foo\n\nbar"\t11\n'],
    ["with a tab", '9\t9\t"Foo\nb\tar"\t11\tr\tq\n'],
    ["and numbers without a delimiter", '9\t9\t"Foo\n12\n13"\t11\tr\tq\n'],
  ])("is shown by a line break %s", (_, record) => {
    expect(placed(records([3, 4], -1, -1) + record)).toBe("quotes");
  });

  it("is not left open in CSV: a stray quote there is a fault", () => {
    expect(chosen('a,b,c\n1,2,"x\n3,4,y\n', ",")).toBe("quotes");
    expect(chosen('a,b,c\n1,2,"x \\"y\\""\n', ",")).toBe("quotes, backslashes");
  });

  it("is decided by the end of a file too", () => {
    const lines = '1\t"x"\t2\n'.repeat(200_000);
    expect(chosen(`a\tb\tc\n${lines}`)).toBe("quotes");
    expect(chosen(`a\tb\tc\n${lines}1\t"x\t2\n`)).toBe("no quotes");
    expect(chosen(`a\tb\tc\n${lines}1\t"x\t2"\t3\n`)).toBe("quotes");
  });

  it("does not depend on where chunks end", () => {
    const unit = fc.constantFrom("a", "b", "\t", "\t", "\n", "\r\n", '"', '""', "\\", '\\"');
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 80 }), sizes, (text, chunks) => {
        expect(chosen(`a\tb\tc\n${text}`, "\t", chunks)).toBe(chosen(`a\tb\tc\n${text}`));
      }),
      { numRuns: 3000, seed: 1 },
    );
  });
});
