export { Arena, type Block, type GrowableMemory } from "./arena.js";
export type * from "./exports.js";
export { kernels, type Host, type Kernels } from "./kernels.js";
export { KernelMemoryError } from "./memory-error.js";
export type { WasmGlobal } from "./webassembly.js";
