/** As much of a terminal as the progress uses: lines, the cursor's row, erasing downwards, hiding the cursor. */
export class Screen {
  readonly #lines: string[] = [""];
  #row = 0;

  write(text: string): this {
    for (const [piece] of text.matchAll(/\u001b\[(\d*)([A-Za-z])|\u001b\[\?25[lh]|\r|\n|[^\u001b\r\n]+/g)) {
      if (piece === "\n") this.#row++;
      else if (piece === "\r" || piece.startsWith("\u001b[?25")) continue;
      else if (piece.startsWith("\u001b[") && piece.endsWith("A")) this.#row -= Number(piece.slice(2, -1));
      else if (piece === "\u001b[J") this.#lines.length = this.#row;
      else if (piece.startsWith("\u001b")) throw new Error(`unknown sequence ${JSON.stringify(piece)}`);
      else this.#lines[this.#row] = `${this.#lines[this.#row] ?? ""}${piece}`;
    }
    return this;
  }

  get lines(): string[] {
    return this.#lines.filter((line) => line !== "");
  }
}
