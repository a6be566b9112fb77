import { readFileSync } from "node:fs";
import { Arena, type GrowableMemory } from "./arena.js";
import type {
  AroundPointsExports,
  CoordinatesExports,
  CoverageExports,
  CsvRowsExports,
  DeflateExports,
  ExtremesExports,
  FloatNullsExports,
  FloatPlanesExports,
  ModeExports,
  QuantileExports,
  RmsExports,
  SeparableExports,
  ExactSumsExports,
  StoredShortsExports,
} from "./exports.js";
import { addressLimit, noAddresses } from "./memory-error.js";
import { webAssembly } from "./webassembly.js";

/** What kernels call in TypeScript. The caller of such a kernel sets it before each call. */
export interface Host {
  /** Writes a field of CSV at an address of the memory, and returns the address after it. */
  writeField(column: number, row: number, at: number): number;
}

type ModuleExports = Omit<Kernels, "arena" | "host">;

/** All kernels, with the memory that they share. */
export interface Kernels
  extends
    AroundPointsExports,
    CoordinatesExports,
    CoverageExports,
    CsvRowsExports,
    DeflateExports,
    ExtremesExports,
    FloatNullsExports,
    FloatPlanesExports,
    ModeExports,
    QuantileExports,
    RmsExports,
    SeparableExports,
    ExactSumsExports,
    StoredShortsExports {
  readonly arena: Arena;
  readonly host: Host;
}

/** What the compiler adds to a module. */
interface Runtime {
  readonly memory: GrowableMemory;
  /** Runs the statements at the top of the sources, which fill tables. */
  start(): void;
  /** The first address after the tables. */
  heapStart(): number;
}

let ofThread: Kernels | undefined;

/**
 * The kernels of this thread; they are loaded when first asked for.
 * @throws KernelMemoryError where the thread can't have a memory for them
 */
export function kernels(): Kernels {
  return (ofThread ??= load());
}

function load(): Kernels {
  const host: Host = {
    writeField() {
      throw new Error("no writer of fields has been set");
    },
  };
  const writeField: Host["writeField"] = (column, row, at) => host.writeField(column, row, at);
  const module = new webAssembly.Module(readFileSync(new URL("../wasm/kernels.wasm", import.meta.url)));
  const exports = instantiate(module, { host: { writeField } });
  exports.start();
  return { ...exports, arena: new Arena(exports.memory, exports.heapStart()), host };
}

function instantiate(module: object, imports: object): ModuleExports & Runtime {
  try {
    return new webAssembly.Instance(module, imports).exports as ModuleExports & Runtime;
  } catch (error) {
    if (error instanceof RangeError) throw noAddresses(error, addressLimit());
    throw error;
  }
}
