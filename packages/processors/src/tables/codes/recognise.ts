import { usageError } from "../faults.js";
import { isMissing } from "../numbers.js";
import { eea } from "./eea.js";
import { eqdgc } from "./eqdgc.js";
import { mgrs } from "./mgrs.js";
import type { CodeScheme } from "./scheme.js";

const schemes: readonly CodeScheme[] = [eea, eqdgc, mgrs];

const known = schemes.map(({ name }) => name).join(", ");
const examples = "10kmE432N321 (EEA), E008N46BA (quarter degrees), 32TLL86 (MGRS)";

/** Codes that are refused by name, and why. */
const refused: readonly (readonly [form: RegExp, name: string, why: string])[] = [
  [
    /^-?\d{15,19}$/,
    "ISEA3H",
    "an ISEA3H code holds its cell's centre rounded to a millionth of a degree, so that the cell can't be found exactly",
  ],
  [
    /^[EW]\d{5}(\d\d)?[NS]\d{4}(\d\d)?$/i,
    "degrees, minutes and seconds",
    "a code of degrees, minutes and seconds does not say how large its cell is",
  ],
];

/**
 * The scheme of a column of codes, recognised from a sample; undefined if the sample has no codes, as in an empty table.
 * @throws QuadratError for codes of several schemes, or of none that is known
 */
export function schemeOf(file: string, column: string, sample: readonly string[]): CodeScheme | undefined {
  const codes = sample.filter((text) => !isMissing(text)).map((text) => text.trim());
  if (codes.length === 0) return undefined;
  const found = schemes.flatMap((scheme) => {
    const code = codes.find((text) => scheme.form.test(text));
    return code === undefined ? [] : [{ scheme, code }];
  });
  const [first, second] = found;
  if (first && second) {
    throw usageError(
      file,
      "code",
      `column "${column}" has codes of several kinds: ${show(first.code)} (${first.scheme.name}) and ${show(second.code)} (${second.scheme.name})`,
      "make one dataset for each",
    );
  }
  if (first) return first.scheme;
  for (const [form, name, why] of refused) {
    const code = codes.find((text) => form.test(text));
    if (code === undefined) continue;
    throw usageError(
      file,
      "code",
      `column "${column}" has codes of a kind that is not supported (${name}), such as ${show(code)}: ${why}`,
      `supported: ${known}; or give coordinates with \`x\` and \`y\``,
    );
  }
  throw usageError(
    file,
    "code",
    `column "${column}" has no codes of a known kind, but texts such as ${show(codes[0]!)}`,
    `supported: ${known}, for example ${examples}`,
  );
}

/** The centre of a code's cell; without a scheme, in that of the code itself. */
export function centreOf(code: string, scheme: CodeScheme | undefined): ReturnType<CodeScheme["centreOf"]> {
  const text = code.trim();
  return (scheme ?? schemes.find(({ form }) => form.test(text)))?.centreOf(text);
}

function show(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
