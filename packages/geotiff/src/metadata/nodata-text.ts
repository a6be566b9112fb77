/** A nodata value as given by a file or a user. */
export interface NodataValue {
  readonly value: number;
  /** The text as written, for messages. */
  readonly text: string;
  /** All digits of a whole number, if they were written: a double does not have enough for 64-bit integers. */
  readonly integer?: bigint;
}

/** The numbers of a text, and what follows them that is not a number. */
interface NodataNumbers {
  readonly numbers: readonly NodataValue[];
  readonly rest: string;
}

/** A warning about how one band's nodata value was read, if the text is not clear. */
export interface NodataReading {
  readonly value: NodataValue | undefined;
  readonly doubt?: string;
}

/**
 * The number at the start of a text, read as GDAL's CPLAtofM reads it: blanks before it and anything after it are ignored,
 * the decimal mark is whichever of comma and point comes first, and hexadecimal numbers, infinities and NaN as C libraries
 * write them are known. Unlike there, a text without a number is not 0 but undefined.
 */
export function parseNodata(text: string): NodataValue | undefined {
  return numberAt(text, skipBlanks(text, 0), decimalMark(text))?.number;
}

/**
 * The value of one band in the text of the GDAL_NODATA tag. Some writers give a value for each band; GDAL takes the first for all.
 * @param band from 0
 */
export function readNodataText(text: string, band: number, bands: number): NodataReading {
  const { numbers, rest } = parseNumbers(text);
  const [first] = numbers;
  const shown = JSON.stringify(text.slice(0, 40));
  if (!first) {
    return {
      value: undefined,
      doubt: `the nodata tag ${shown} is not a number and is ignored; give \`nodata:\` if there is one`,
    };
  }
  if (rest === "" && numbers.every(({ value }) => Object.is(value, first.value))) return { value: first };
  const perBand = rest === "" && numbers.length === bands;
  const value = perBand ? numbers[band]! : first;
  const taken = `${value.text}${perBand ? ` for band ${band + 1}` : ""}`;
  return {
    value,
    doubt: `the nodata tag ${shown} is read as ${taken}; give \`nodata:\` if that is wrong`,
  };
}

function parseNumbers(text: string): NodataNumbers {
  const mark = decimalMark(text);
  const numbers: NodataValue[] = [];
  let at = skipBlanks(text, 0);
  for (;;) {
    const found = numberAt(text, at, mark);
    if (!found) break;
    numbers.push(found.number);
    at = skipSeparators(text, found.end);
  }
  return { numbers, rest: text.slice(at) };
}

/** GDAL does not look further than this. */
const markWithin = 50;

function decimalMark(text: string): string {
  return /[.,]/.exec(text.slice(0, markWithin))?.[0] ?? ".";
}

function skipBlanks(text: string, at: number): number {
  return endOf(/[\s\0"']*/y, text, at);
}

function skipSeparators(text: string, at: number): number {
  return endOf(/[\s\0"';,|]*/y, text, at);
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function numberAt(
  text: string,
  at: number,
  mark: string,
): { readonly number: NodataValue; readonly end: number } | undefined {
  for (const [pattern, valueOf] of mark === "," ? withComma : withPoint) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) continue;
    const integer = wholeNumber.test(found) ? { integer: BigInt(found) } : {};
    return { number: { value: valueOf(found), text: found, ...integer }, end: at + found.length };
  }
  return undefined;
}

const wholeNumber = /^[+-]?\d{1,20}$/;

type Form = readonly [pattern: RegExp, valueOf: (found: string) => number];

/** Windows' C library prints 1.#INF, 1.#QNAN and -1.#IND, glibc inf and nan; both may be followed by more. */
const special: readonly Form[] = [
  [/[+-]?1[.,]#inf\w*/iy, infinity],
  [/[+-]?1[.,]#(?:[qs]nan|ind)\w*/iy, () => NaN],
  [/[+-]?nan(?:\(\w*\))?/iy, () => NaN],
  [/[+-]?inf(?:inity)?/iy, infinity],
];
const withPoint: readonly Form[] = [
  ...special,
  [/[+-]?0x(?:[\da-f]+\.?[\da-f]*|\.[\da-f]+)(?:p[+-]?\d+)?/iy, hexadecimal],
  [/[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy, Number],
];
const withComma: readonly Form[] = [
  ...special,
  [
    /[+-]?0x(?:[\da-f]+,?[\da-f]*|,[\da-f]+)(?:p[+-]?\d+)?/iy,
    (found) => hexadecimal(found.replace(",", ".")),
  ],
  [/[+-]?(?:\d+,?\d*|,\d+)(?:e[+-]?\d+)?/iy, (found) => Number(found.replace(",", "."))],
];

function infinity(found: string): number {
  return found.startsWith("-") ? -Infinity : Infinity;
}

/** A C99 hexadecimal number, such as 0x1.8p3, which is 12. */
function hexadecimal(found: string): number {
  const [mantissa, exponent = "0"] = found
    .toLowerCase()
    .replace(/^[+-]?0x/, "")
    .split("p");
  const [whole, fraction = ""] = mantissa!.split(".");
  const size = Number(`0x${whole}${fraction}`) * 2 ** (Number(exponent) - 4 * fraction.length);
  return found.startsWith("-") ? -size : size;
}
