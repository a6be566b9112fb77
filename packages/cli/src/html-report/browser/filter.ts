import type { PageData } from "../page-types.js";

/** Tables of more columns get a field that shows those whose names contain a text. */
const many = 12;

export function enableFilter({ columns }: PageData): void {
  if (columns.length <= many) return;
  const maps = document.querySelector(".maps")!;
  const label = document.createElement("label");
  label.className = "filter";
  const input = document.createElement("input");
  input.type = "search";
  const count = document.createElement("output");
  label.append("Show columns with ", input);
  const line = document.createElement("p");
  line.append(label, " ", count);
  maps.before(line);
  const figures = [...maps.querySelectorAll<HTMLElement>("figure")];
  const rows = columns.map((_, index) =>
    document.querySelector(`[data-histogram="${index}"]`)?.closest<HTMLElement>("tr"),
  );
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    let shown = 0;
    columns.forEach(({ name }, index) => {
      const hidden = !name.toLowerCase().includes(wanted);
      for (const element of [figures[index], rows[index]]) if (element) element.hidden = hidden;
      if (!hidden) shown++;
    });
    count.textContent = wanted === "" ? "" : `${shown} of ${columns.length}`;
  });
}
