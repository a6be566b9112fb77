import { QuadratError } from "../errors.js";
import type { RasterArray, RasterSource, Window } from "../raster/raster.js";
import { inHook, type HookOwner } from "./hook.js";
import type { RasterStack } from "./source.js";

/**
 * Wraps the raster of a plugin's source: errors of its functions are reported with their names, and windows are checked
 * against the request.
 */
export function guardRaster(raster: RasterSource, owner: HookOwner): RasterSource {
  const read = (window: Window): Promise<RasterArray> =>
    inHook(owner, "read", async () => {
      const array = await raster.read(window);
      const fault = arrayFault(array, window);
      if (fault === undefined) return array;
      throw new QuadratError("plugin", `${fault}, for the window ${windowText(window)}`);
    });
  const openOverview =
    raster.openOverview &&
    (async (index: number): Promise<RasterSource> =>
      guardRaster(await inHook(owner, "openOverview", () => raster.openOverview!(index)), owner));
  const close = (): Promise<void> => inHook(owner, "close", () => raster.close());
  const guarded: Readonly<Record<PropertyKey, unknown>> = { read, openOverview, close };
  return new Proxy(raster, {
    get(target, key) {
      if (Object.hasOwn(guarded, key)) return guarded[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The same for the layers of a stack. */
export function guardStack(stack: RasterStack, owner: HookOwner): RasterStack {
  const layer = (index: number): RasterSource => guardRaster(stack.layer(index), owner);
  const close = (): Promise<void> => inHook(owner, "close", () => stack.close());
  const guarded: Readonly<Record<PropertyKey, unknown>> = { layer, close };
  return new Proxy(stack, {
    get: (target, key) =>
      Object.hasOwn(guarded, key) ? guarded[key] : (Reflect.get(target, key, target) as unknown),
  });
}

/** The fault of an opened stack in words, or undefined. */
export function stackFault(stack: Partial<RasterStack>): string | undefined {
  if (!Array.isArray(stack.layers)) return "its layers are not a list";
  if (typeof stack.layer !== "function") return "it has no function layer";
  if (stack.blockLayers !== undefined && !isCount(stack.blockLayers))
    return `its blockLayers is ${String(stack.blockLayers)}, not a number of layers`;
  return rasterFault(stack as Partial<RasterSource>);
}

function arrayFault(array: RasterArray | undefined, window: Window): string | undefined {
  const data: unknown = array?.data;
  if (!(data instanceof Float32Array || data instanceof Float64Array))
    return "its data is not a Float32Array or Float64Array";
  const { width, height } = window;
  if (data.length !== width * height) return `it returned ${data.length} pixels instead of ${width * height}`;
  const given = array!.window;
  const same = (["col", "row", "width", "height"] as const).every((key) => given?.[key] === window[key]);
  return same ? undefined : `it returned another window, ${given ? windowText(given) : "undefined"}`;
}

function windowText({ col, row, width, height }: Window): string {
  return `{col: ${col}, row: ${row}, width: ${width}, height: ${height}}`;
}

/** The fault of an opened raster in words, or undefined. */
export function rasterFault(raster: Partial<RasterSource>): string | undefined {
  const { width, height, affine, blockSize, dataType, warnings } = raster;
  if (!isCount(width) || !isCount(height)) return `its size is ${String(width)} x ${String(height)} pixels`;
  const terms = affine && [affine.a, affine.b, affine.c, affine.d, affine.e, affine.f];
  if (!terms?.every(Number.isFinite)) return "its affine does not have six numbers a to f";
  if (!isCount(blockSize?.width) || !isCount(blockSize.height))
    return "its blockSize is not a size in pixels";
  if (typeof dataType !== "string") return "it has no dataType";
  if (!Array.isArray(warnings)) return "its warnings are not a list";
  return typeof raster.close === "function" ? undefined : "it has no function close";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
