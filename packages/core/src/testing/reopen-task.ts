import type { RasterArray, RasterSource, ReopenInThread, Window } from "../raster/raster.js";

/** Called in a worker thread: opens a raster there and reads one window. */
export async function reopenTask({
  module,
  call,
  argument,
  window,
}: ReopenInThread & { readonly window: Window }): Promise<RasterArray> {
  const functions = (await import(module)) as Record<string, (argument: unknown) => Promise<RasterSource>>;
  const raster = await functions[call]!(argument);
  try {
    return await raster.read(window);
  } finally {
    await raster.close();
  }
}
