import { definePlugin, version } from "@quadrat/core";
import { autoBackendDefinition } from "./backends/auto.js";
import { cgroupBackendDefinition } from "./backends/cgroup.js";
import { processBackendDefinition } from "./backends/process.js";
import { psiBackendDefinition } from "./backends/psi.js";
import { scriptedBackendDefinition } from "./backends/scripted.js";

/** The memory backends that come with Quadrat. */
export const builtinMonitor = definePlugin({
  name: "@quadrat/monitor",
  version,
  memoryBackends: [
    autoBackendDefinition,
    processBackendDefinition,
    cgroupBackendDefinition,
    psiBackendDefinition,
    scriptedBackendDefinition,
  ],
});
