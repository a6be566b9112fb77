import { areaY, dot, lineY, plot, ruleY, text } from "@observablehq/plot";
import type { PageData } from "../page-types.js";

export type Chart = SVGSVGElement | HTMLElement;

export const accent = "var(--accent)";
export const plain = { fontFamily: "inherit", background: "transparent", color: "currentColor" };

const megabytes = (bytes: number): number => bytes / 1e6;

/** The memory used over time, with the limit, thresholds and decisions; nothing if there is too little to draw. */
export function memoryChart(run: Omit<PageData["run"], "stages">): Chart | undefined {
  const { limit, samples, decisions, thresholds } = run;
  if (samples.length < 2 || limit === null) return undefined;
  const used = samples.map(([at, bytes]) => ({ at, used: megabytes(bytes) }));
  const most = Math.max(...used.map((one) => one.used), ...decisions.map((one) => megabytes(one.used)));
  const lines = [
    ...thresholds.map(({ name, share }) => ({ name, at: megabytes(limit) * share })),
    { name: "limit", at: megabytes(limit) },
  ];
  // Far below the limit the line would lie on the axis.
  const near = most > 0.3 * megabytes(limit);
  return plot({
    width: 860,
    height: 240,
    marginLeft: 60,
    marginRight: 70,
    style: { ...plain, fontSize: "11px" },
    ariaLabel: "Memory during the run",
    x: { label: "seconds →", domain: [0, used.at(-1)!.at] },
    y: {
      label: "↑ MB used",
      grid: true,
      domain: [0, near ? Math.max(most, megabytes(limit)) * 1.05 : most * 1.2],
    },
    marks: [
      areaY(used, { x: "at", y: "used", fill: accent, fillOpacity: 0.25 }),
      lineY(used, { x: "at", y: "used", stroke: accent, strokeWidth: 1.5 }),
      ...(near
        ? [
            ruleY(lines, { y: "at", stroke: "currentColor", strokeDasharray: "4,3", strokeOpacity: 0.7 }),
            text(lines, { y: "at", text: "name", frameAnchor: "right", dx: 6, textAnchor: "start" }),
          ]
        : []),
      dot(decisions, {
        x: "at",
        y: (decision: { used: number }) => megabytes(decision.used),
        fill: "var(--strong)",
        r: 4,
        title: "action",
      }),
    ],
  });
}
