import { exportStage } from "../pipeline/export-stage.js";
import { version } from "../version.js";
import { definePlugin } from "./define-plugin.js";

/** The parts that core itself brings. */
export const builtinCore = definePlugin({
  name: "@quadrat/core",
  version,
  stages: [
    { name: "export", description: "writes the table in every format asked for", create: exportStage },
  ],
});
