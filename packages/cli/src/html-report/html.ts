/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A text with words in backticks, as messages have them. */
export function marked(text: string): Html {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return new Html(escaped(text));
  return new Html(
    parts.map((part, at) => (at % 2 ? `<code>${escaped(part)}</code>` : escaped(part))).join(""),
  );
}

type Value = Html | string | number | undefined | false | readonly Html[];

/** A template of HTML: what is put in is escaped unless it is HTML itself; undefined and false are nothing. Lines are not indented. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  const parts = strings.map(
    (text, index) => text.replaceAll(/\n\s*/g, "\n") + (index < values.length ? textOf(values[index]) : ""),
  );
  return new Html(parts.join(""));
}

function textOf(value: Value): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("");
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

/** JSON inside a script element, which `</script` must not end. */
export function json(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));
}

/** A table with a header row. Columns of numbers are aligned to the right. */
export function table(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly (Html | string | number)[])[],
  numeric: readonly number[] = [],
): Html {
  const style = (index: number): Html | false => numeric.includes(index) && html` class="n"`;
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${header.map((text, index) => html`<th scope="col" ${style(index)}>${text}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell, index) =>
                index === 0 ? html`<th scope="row">${cell}</th>` : html`<td${style(index)}>${cell}</td>`,
              )}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
