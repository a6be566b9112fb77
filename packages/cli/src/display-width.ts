let segmenter: Intl.Segmenter | undefined;
/** Created when a text first needs it, because that takes as long as loading a module or more. */
const graphemesOf = (text: string): Intl.Segments =>
  (segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" })).segment(text);
const plain = /^[\x20-\x7e]*$/;
const wide =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u;

/** The columns that a text occupies on a terminal: emoji and East Asian characters take two. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/**
 * A text fit for one line of a terminal. Control characters and marks that change the direction of writing are
 * written as escapes, and a text longer than `most` characters is cut unless it must be whole.
 */
export function shortened(text: string, most: number, whole = false): string {
  const safe = text.replace(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, escaped);
  if (whole || safe.length <= most) return safe;
  const kept = Array.from(graphemesOf(safe), ({ segment }) => segment);
  return kept.length <= most ? safe : `${kept.slice(0, most - 1).join("")}…`;
}

function escaped(character: string): string {
  const known: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return known[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
