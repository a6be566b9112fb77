import type { PageData } from "../page-types.js";

/** Reads out the correlation under the pointer, where it is a picture. */
export function readHeat({ correlations }: PageData): void {
  const output = document.querySelector<HTMLElement>("[data-heat]");
  const image = document.querySelector<HTMLImageElement>(".heat img");
  if (!output || !image || !correlations) return;
  const { columns } = correlations;
  const r = unpacked(correlations.r);
  const size = columns.length;
  const at = (i: number, j: number): number => i * size - (i * (i + 1)) / 2 + (j - i - 1);
  image.addEventListener("pointermove", (event) => {
    const box = image.getBoundingClientRect();
    const place = (share: number): number => Math.max(0, Math.min(size - 1, Math.floor(share * size)));
    const [j, i] = [
      place((event.clientX - box.left) / box.width),
      place((event.clientY - box.top) / box.height),
    ];
    const value = i === j ? 1 : r[at(Math.min(i, j), Math.max(i, j))];
    output.textContent = `${columns[i]} and ${columns[j]}: ${value === null || value === undefined ? "undefined" : value.toFixed(2)}`;
  });
}

function unpacked(r: NonNullable<PageData["correlations"]>["r"]): readonly (number | null)[] {
  if (typeof r !== "string") return r;
  return Array.from(atob(r), (character) => {
    const byte = character.charCodeAt(0);
    return byte === 255 ? null : (byte - 100) / 100;
  });
}
