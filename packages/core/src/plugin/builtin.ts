import { exportStage } from "../pipeline/export-stage.js";
import { version } from "../version.js";
import { definePlugin } from "./define-plugin.js";

/** The parts that core itself provides. */
export const builtinCore = definePlugin({
  name: "@quadrat/core",
  version,
  stages: [
    { name: "export", description: "writes the table in every requested format", create: exportStage },
  ],
});
