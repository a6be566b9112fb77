const quoteMark = 0x22;
const backslash = 0x5c;

/** What there is in a text that quoting is about. */
export interface QuotingSigns {
  readonly hasQuotes: boolean;
  /** Whether a backslash stands before a quote, a delimiter, a line end or another backslash. */
  readonly hasEscapes: boolean;
}

/**
 * Looks for them in a text, or in a chunk of one, where a backslash at the end counts as an escape.
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
