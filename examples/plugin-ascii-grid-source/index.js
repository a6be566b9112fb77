import { readFile } from "node:fs/promises";
import { definePlugin } from "@quadrat/core";
import { openAsciiGrid } from "./ascii-grid.js";

export default definePlugin({
  name: "quadrat-plugin-ascii-grid",
  sources: [
    {
      name: "ascii-grid",
      description: "Esri ASCII grid, read by rows; a .prj beside it is its CRS",
      kind: "raster",
      extensions: [".asc"],
      async open({ path, dataset }) {
        const crs = await readFile(path.replace(/\.asc$/i, ".prj"), "utf8").catch(() => undefined);
        const argument = { path, crs, nodata: dataset.nodata };
        const module = new URL("ascii-grid.js", import.meta.url).href;
        // Threads open the file for themselves, so that numbers are parsed on all processors.
        return Object.assign(await openAsciiGrid(argument), {
          reopen: { module, call: "openAsciiGrid", argument },
        });
      },
    },
  ],
});
