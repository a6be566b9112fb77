import type { WatchState } from "../../watch/watch-state.js";
import { memoryChart } from "./memory-chart.js";

document.documentElement.classList.add("js");

/** Milliseconds between two looks at the run. */
const lookMs = 1000;

function show({ facts, chart, ended }: WatchState): void {
  for (const [name, text] of Object.entries(facts)) {
    const element = document.querySelector(`[data-fact="${name}"]`);
    if (element && element.textContent !== text) element.textContent = text;
  }
  const decisions = document.querySelector("[data-decisions]")!;
  for (const { at, action } of chart.decisions.slice(decisions.children.length)) {
    const item = document.createElement("li");
    item.textContent = `after ${Math.round(at)} s: ${action}`;
    decisions.append(item);
  }
  const drawn = memoryChart(chart);
  if (drawn) document.querySelector("[data-memory]")!.replaceChildren(drawn);
  if (ended !== null) status(ended);
}

function status(text: string): void {
  document.querySelector("[data-status]")!.textContent = text;
}

async function follow(): Promise<void> {
  for (;;) {
    try {
      const response = await fetch("state.json", { cache: "no-store" });
      if (!response.ok) throw new Error(response.statusText);
      const state = (await response.json()) as WatchState;
      show(state);
      if (state.ended !== null) return;
    } catch {
      status("quadrat watch has ended: this is the last that it told");
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}

void follow();
