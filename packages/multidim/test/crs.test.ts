import { createTransform, parseCrs } from "@quadrat/crs";
import { describe, expect, it } from "vitest";
import { expected, withLayers } from "./helpers.js";

describe.each(["projected.nc", "rotated.nc"])("the grid mappings of %s", (name) => {
  const mapped = Object.entries(expected[name]!).filter(([, { points }]) => points !== undefined);

  it.each(mapped.map(([variable]) => variable))("put %s where PROJ does", async (variable) => {
    const crs = await withLayers(name, { variable }, (_, opened) => Promise.resolve(opened.crs!));
    const own = parseCrs(crs);
    // On the same earth, so that no shift takes part.
    const { a, rf } = own.definition.datum.ellipsoid;
    const earth =
      own.definition.datum.code === "6326" ? "+datum=WGS84" : rf === 0 ? `+R=${a}` : `+a=${a} +rf=${rf}`;
    const transform = createTransform(own, parseCrs(`+proj=longlat ${earth}`));
    for (const [x, y, longitude, latitude] of expected[name]![variable]!.points!) {
      const [xs, ys] = [Float64Array.of(x), Float64Array.of(y)];
      transform.transform(xs, ys);
      expect(xs[0]).toBeCloseTo(longitude, 7);
      expect(ys[0]).toBeCloseTo(latitude, 7);
    }
  });
});
