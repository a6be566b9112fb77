/** A number that a module exports: an address, or a result beside the one that a function returns. */
export interface WasmGlobal {
  value: number;
}

interface WebAssemblyOfNode {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}

/** Node's `WebAssembly`, whose types come with those of browsers only. */
export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyOfNode }).WebAssembly;
