/** Functions of WebAssembly, written by hand: how the package's parts make them, and no promise to others. */
export type { Code, Operand } from "./code.js";
export * from "./compile.js";
export * from "./control.js";
export * from "./locals.js";
export type { FunctionSource, ImportSource, ValueType } from "./module.js";
export * from "./numbers.js";
export * from "../once.js";
export * from "./places.js";
export * from "./vectors.js";
