/** Marks up text for a terminal, or leaves it as it is. */
export type Style = Readonly<Record<"bold" | "dim" | "red" | "yellow" | "green", (text: string) => string>>;

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], yellow: [33, 39], green: [32, 39] } as const;

/** Colours if the terminal supports them, unless NO_COLOR (no-color.org) is set. */
export function createStyle(
  stream: { readonly isTTY?: boolean },
  env: NodeJS.ProcessEnv = process.env,
): Style {
  const coloured = stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  const paint = ([on, off]: readonly [number, number]) => {
    return (text: string): string => (coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text);
  };
  const { bold, dim, red, yellow, green } = codes;
  return { bold: paint(bold), dim: paint(dim), red: paint(red), yellow: paint(yellow), green: paint(green) };
}
