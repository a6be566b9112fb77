import { extentOf, frameWidth, type Frame } from "./frame.js";
import { coastLines, graticule } from "./globe-lines.js";
import { html, type Html } from "./html.js";
import { labelsOf } from "./labels.js";
import { pathOf } from "./lines.js";

/** What is drawn over all maps: coast lines and a graticule. */
export interface Overlay {
  /** Goes into the page once. */
  readonly definition: Html;
  /** Goes over each image. */
  readonly use: Html;
  readonly note: string;
}

export async function overlayOf(frame: Frame): Promise<Overlay | undefined> {
  const extent = extentOf(frame);
  if (!extent) return undefined;
  const { lines, step } = graticule(extent);
  const box = `0 0 ${frameWidth} ${frame.height}`;
  const definition = html`<svg class="defs" aria-hidden="true" width="0" height="0">
    <defs><path id="coast" d="${pathOf(await coastLines(extent), frame)}" /></defs>
    <symbol id="overlay" viewBox="${box}" preserveAspectRatio="none">
      <path class="graticule" d="${pathOf(lines, frame)}" />
      <use href="#coast" class="under" />
      <use href="#coast" class="over" />
      <g class="degrees">${labelsOf(lines, frame)}</g>
    </symbol>
  </svg>`;
  return {
    definition,
    use: html`<svg class="overlay" viewBox="${box}" preserveAspectRatio="none" aria-hidden="true">
      <use href="#overlay" />
    </svg>`,
    note: `Lines of longitude and latitude every ${step}°; coast lines: Natural Earth.`,
  };
}
