import type { RasterStack } from "../plugin/source.js";
import type { RasterArray, RasterSource, ReopenInThread, Window } from "../raster/raster.js";

/** Called in a worker thread: opens a raster, or a stack, there and reads one window, of a stack from its first layer. */
export async function reopenTask({
  module,
  call,
  argument,
  window,
}: ReopenInThread & { readonly window: Window }): Promise<RasterArray> {
  const functions = (await import(module)) as Record<
    string,
    (argument: unknown) => Promise<RasterSource | RasterStack>
  >;
  const opened = await functions[call]!(argument);
  try {
    return await ("layers" in opened ? opened.layer(0) : opened).read(window);
  } finally {
    await opened.close();
  }
}
