const quoteMark = 0x22;
const backslash = 0x5c;

/** The characters in a text that matter for quoting. */
export interface QuotingSigns {
  readonly hasQuotes: boolean;
  /** Whether a backslash precedes a quote, a delimiter, a line end or another backslash. */
  readonly hasEscapes: boolean;
}

/**
 * Looks for these characters in a text, or in a chunk of one, in which a backslash at the end counts as an
 * escape.
 * @param wide whether characters have two bytes: then any backslash does
 */
export function signsOf(text: Buffer, delimiter: string, wide = false): QuotingSigns {
  const hasQuotes = text.includes(quoteMark);
  const escapes = ['"', "\\", "\n", "\r", delimiter].map((sign) => `\\${sign}`);
  const hasEscapes =
    text.includes(backslash) &&
    (wide || text.at(-1) === backslash || escapes.some((sign) => text.includes(sign, 0, "latin1")));
  return { hasQuotes, hasEscapes };
}
