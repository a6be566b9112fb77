import type { RasterSource, RasterStack } from "@quadrat/core";
import { once, threadModule } from "@quadrat/core/base";

const layerModule = threadModule(import.meta.url, "./layer-in-thread.js");

/**
 * Layers of a stack as rasters of their own, which may be closed one by one: the stack is closed with the last of
 * them.
 * @param count the number of layers that will be taken
 */
export function sharedLayers(stack: RasterStack, count: number): (index: number) => RasterSource {
  let open = count;
  return (index) => {
    const layer = stack.layer(index);
    const close = once(async () => {
      if (--open === 0) await stack.close();
    });
    const reopen =
      layer.reopen ??
      (stack.reopen && {
        module: layerModule,
        call: "openLayer",
        argument: { stack: stack.reopen, index },
      });
    return changed(layer, { close, reopen, files: layer.files ?? stack.files });
  };
}

/** A raster with some of its properties replaced. */
export function changed(
  raster: RasterSource,
  own: { readonly [K in keyof RasterSource]?: RasterSource[K] | undefined },
): RasterSource {
  return new Proxy(raster, {
    get(target, key) {
      if (Object.hasOwn(own, key)) return (own as Readonly<Record<PropertyKey, unknown>>)[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
    has: (target, key) => Object.hasOwn(own, key) || Reflect.has(target, key),
  });
}
