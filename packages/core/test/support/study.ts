import { parseConfig } from "../../src/host.js";

/** The smallest study, with these settings of memory. */
export function study(memory: object) {
  const text = JSON.stringify({
    grid: { crs: "EPSG:4326", resolution: 1, bounds: [0, 0, 4, 4] },
    datasets: { a: { path: "a.tif" } },
    memory,
  });
  return parseConfig(text, { file: "/study/config.yml" });
}
