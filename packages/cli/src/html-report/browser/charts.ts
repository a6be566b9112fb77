import { axisX, axisY, barX, plot, rectY, ruleX } from "@observablehq/plot";
import type { PageColumn, PageData } from "../page-types.js";
import { accent, memoryChart, plain, type Chart } from "./memory-chart.js";

/** Draws the charts of the page when they come near the window, and all of them for printing. */
export function drawCharts(data: PageData): void {
  const waiting = new Map<Element, () => Chart>();
  const draw = (element: Element): void => {
    const make = waiting.get(element);
    if (!make) return;
    waiting.delete(element);
    element.append(make());
  };
  const observer = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => draw(target)),
    { rootMargin: "400px" },
  );
  const wait = (selector: string, make: (element: HTMLElement) => Chart | undefined): void => {
    for (const element of document.querySelectorAll<HTMLElement>(selector)) {
      waiting.set(element, () => make(element) ?? document.createElement("span"));
      observer.observe(element);
    }
  };
  wait("[data-histogram]", ({ dataset }) => histogram(data.columns[Number(dataset["histogram"])]!));
  wait("[data-memory]", () => memoryChart(data.run));
  wait("[data-stages]", () => stages(data));
  addEventListener("beforeprint", () => [...waiting.keys()].forEach(draw));
}

const size = {
  width: 220,
  height: 68,
  margin: 2,
  marginLeft: 12,
  marginRight: 12,
  marginBottom: 20,
  style: { ...plain, fontSize: "10px" },
};

function histogram(column: PageColumn): Chart | undefined {
  const { min, max, histogram: counts, quartiles, classes, name, names } = column;
  const ariaLabel = `Histogram of ${name}`;
  if (classes) return bars(classes, names, ariaLabel);
  if (min === undefined || max === undefined || !counts || !quartiles) return undefined;
  // All values are the same.
  if (min === max) return bars([[min, counts[0]!]], undefined, ariaLabel);
  const width = (max - min) / counts.length;
  const bins = counts.map((count, bin) => ({ from: min + bin * width, to: min + (bin + 1) * width, count }));
  return plot({
    ...size,
    ariaLabel,
    x: { ticks: 4, label: null },
    y: { axis: null },
    marks: [
      rectY(bins, { x1: "from", x2: "to", y: "count", fill: accent, inset: 0.3 }),
      ruleX([quartiles[1]], { stroke: "currentColor", strokeWidth: 1.5 }),
      ruleX([quartiles[0], quartiles[2]], { stroke: "currentColor", strokeDasharray: "2,2" }),
    ],
  });
}

const mostBars = 30;

/** Of the commonest classes: numbers in their order, texts, which have no room to be named, by their count. */
function bars(classes: PageColumn["classes"] & object, names: PageColumn["names"], ariaLabel: string): Chart {
  const most = classes.toSorted((a, b) => b[1] - a[1]).slice(0, mostBars);
  if (!names) most.sort((a, b) => a[0] - b[0]);
  return plot({
    ...size,
    ariaLabel,
    x: {
      type: "band",
      ...(most.length > 10 || names ? { ticks: [] } : {}),
      label: null,
      domain: most.map(([value]) => value),
    },
    y: { axis: null },
    marks: [rectY(most, { x: "0", y: "1", fill: accent, inset: 0.5 })],
  });
}

function stages({ run }: PageData): Chart {
  return plot({
    width: 640,
    height: 34 + 26 * run.stages.length,
    marginLeft: 90,
    style: { ...plain, fontSize: "11px" },
    ariaLabel: "Time of each stage",
    x: { label: "seconds →", axis: null },
    y: { label: null, domain: run.stages.map(({ name }) => name) },
    marks: [
      axisX({ label: "seconds →", ticks: 6 }),
      axisY({ label: null, tickSize: 0 }),
      barX(run.stages, { x: "seconds", y: "name", fill: accent }),
      ruleX([0]),
    ],
  });
}
