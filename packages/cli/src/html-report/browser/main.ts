import type { PageData } from "../page-types.js";
import { drawCharts } from "./charts.js";
import { enableCopying } from "./copy.js";
import { enableFilter } from "./filter.js";
import { readHeat } from "./heat.js";
import { enhance } from "./map-view.js";

const data = JSON.parse(document.getElementById("data")!.textContent) as PageData;
document.documentElement.classList.add("js");
for (const map of document.querySelectorAll<HTMLElement>("[data-column]")) enhance(map, data);
drawCharts(data);
readHeat(data);
enableFilter(data);
enableCopying();
