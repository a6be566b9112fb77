import { open } from "node:fs/promises";
import { definePlugin, QuadratError } from "@quadrat/core";

/** Rows whose text is in memory at once. */
const rowsAtOnce = 2048;

/** Option `nulls: false` leaves properties without a value out of a feature. */
const options = {
  parse(input) {
    const { nulls = true, ...others } = input;
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new Error(`${unknown} is not an option; allowed: nulls`);
    if (typeof nulls !== "boolean") throw new Error("nulls is true or false");
    return { nulls };
  },
};

export default definePlugin({
  name: "quadrat-plugin-geojson",
  exporters: [
    {
      name: "geojson",
      description: "GeoJSON (RFC 7946), a point for every cell",
      extension: ".geojson",
      needs: "stream",
      options,
      create: ({ nulls }) => ({ validate: ({ grid }) => requireDegrees(grid), write: writer(nulls) }),
    },
  ],
});

/** Every GeoJSON is in degrees on WGS 84. */
function requireDegrees({ crs }) {
  if (/^\s*(EPSG:4326|OGC:CRS84)\s*$/i.test(crs)) return;
  throw new QuadratError("usage", `GeoJSON is in EPSG:4326, but the grid is in ${crs}`, {
    hint: "give the grid `crs: EPSG:4326`, or choose another format",
    place: { key: "grid.crs" },
  });
}

function writer(nulls) {
  return async (table, target, { signal, progress }) => {
    requireDegrees(table.grid);
    signal.throwIfAborted();
    const file = await open(target.path, "w");
    try {
      await file.write('{"type":"FeatureCollection","features":[');
      let separator = "\n";
      for await (const batch of table.batches({ rows: rowsAtOnce })) {
        signal.throwIfAborted();
        const features = featuresOf(batch, nulls);
        await file.write(separator + features.join(",\n"));
        separator = ",\n";
        progress(batch.numRows);
      }
      signal.throwIfAborted();
      await file.write("\n]}\n");
    } finally {
      await file.close();
    }
  };
}

/** The rows of a record batch as the texts of features. */
function featuresOf(batch, nulls) {
  const [x, y] = [batch.getChildAt(0), batch.getChildAt(1)];
  const properties = batch.schema.fields.slice(2).map(({ name, type }, index) => ({
    key: JSON.stringify(name),
    values: batch.getChildAt(index + 2),
    single: String(type) === "Float32",
  }));
  return Array.from({ length: batch.numRows }, (_, row) => {
    const members = [];
    for (const { key, values, single } of properties) {
      const text = valueText(values.get(row), single);
      if (nulls || text !== "null") members.push(`${key}:${text}`);
    }
    const point = `{"type":"Point","coordinates":[${x.get(row)},${y.get(row)}]}`;
    return `{"type":"Feature","geometry":${point},"properties":{${members.join(",")}}}`;
  });
}

/** A number in JSON, which has neither NaN nor infinity; a 32-bit one with enough digits to distinguish it from its neighbours. */
function valueText(value, single) {
  if (typeof value === "bigint") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || !Number.isFinite(value)) return "null";
  if (!single) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}
