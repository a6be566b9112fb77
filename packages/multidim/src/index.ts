import { threadModule } from "@quadrat/core/base";

export type { Choice, Selection } from "./cf/select.js";
export { describeArrays, type ArraysDescription, type VariableDescription } from "./describe.js";
export { openArrays, type ArrayOptions } from "./open.js";
export { licenseOfArrays } from "./license.js";
export { filesOfArrays } from "./files.js";

/** The module that worker threads import to open a file themselves, from the options they are sent. */
export const multidimModule: string = threadModule(import.meta.url, "./index.js");
