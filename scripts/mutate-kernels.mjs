// Proves that the tests of the kernels can fail: each mutant, a small fault in one kernel, is built and its tests are run, which
// have to fail. The kernels are built anew from the sources at the end.
//   node scripts/mutate-kernels.mjs [PART OF A NAME]
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("..", import.meta.url));
const kernels = join(repository, "packages/kernels");

/** Name, file in `assembly`, what is replaced by what, and the package and test that have to notice. */
const mutants = [
  [
    "csv: an exponent written one digit late",
    "csv-rows.ts",
    "u32(point + 5) > 26",
    "u32(point + 5) > 27",
    "exporters",
    "test/csv/rows.test.ts",
  ],
  [
    "csv: a tie that is taken for sure",
    "csv-rows.ts",
    "u64(~bits & 1)",
    "u64(bits & 1)",
    "exporters",
    "test/csv/rows.test.ts",
  ],
  [
    "csv: a field of the row before that is not checked",
    "csv-rows.ts",
    "if (value == load<f64>(last)) {",
    "if (abs(value) == load<f64>(last)) {",
    "exporters",
    "test/csv/rows.test.ts",
  ],
  [
    "deflate: a match one byte too long",
    "deflate.ts",
    "return (<u32>min(length, limit) << 16)",
    "return (<u32>min(length + 1, limit) << 16)",
    "exporters",
    "test/gzip/gzip.test.ts",
  ],
  [
    "deflate: a distance's extra bits lost",
    "deflate.ts",
    "less & ((1 << extra) - 1)",
    "less & ((1 << extra) - 2)",
    "exporters",
    "test/gzip/gzip.test.ts",
  ],
  [
    "nulls: a bit of the next value",
    "float-nulls.ts",
    "(blank(at + 32, c) << 8)",
    "(blank(at + 32, c) << 7)",
    "processors",
    "test/staging/column.test.ts",
  ],
  [
    "nulls: the maximum of three values in four",
    "float-nulls.ts",
    "f32x4.pmax(most, a)",
    "f32x4.pmax(most, b)",
    "processors",
    "test/staging/column.test.ts",
  ],
  [
    "float planes: bytes after the vectors not summed",
    "float-planes.ts",
    "sum += load<u8>(at);",
    "sum = load<u8>(at);",
    "geotiff",
    "test/float-planes.test.ts",
  ],
  [
    "float planes: a blank's last value left",
    "float-planes.ts",
    "i32x4.le_s(bits, i32x4.splat(last))",
    "i32x4.lt_s(bits, i32x4.splat(last))",
    "geotiff",
    "test/float-planes.test.ts",
  ],
  [
    "separable: a null's weight counted",
    "separable.ts",
    "weight = f64x2.add(weight, v128.and(tapWeight, valid));",
    "weight = f64x2.add(weight, tapWeight);",
    "processors",
    "test/resample/vectors.test.ts",
  ],
  [
    "separable: the rows' weights swapped",
    "separable.ts",
    "const oneWeight = v128.load64_splat(table, 8);",
    "const oneWeight = v128.load64_splat(table, 24);",
    "processors",
    "test/resample/vectors.test.ts",
  ],
  [
    "order: a tie of modes that the larger value wins",
    "mode.ts",
    "f32x4.lt(one, other)",
    "f32x4.gt(one, other)",
    "processors",
    "test/resample/pixel-cells.test.ts",
  ],
  [
    "order: areas of a class left for the next cell",
    "mode.ts",
    "store<f64>(at, 0);",
    "store<f64>(at, load<f64>(at) * 0.5);",
    "processors",
    "test/resample/pixel-cells.test.ts",
  ],
  [
    "order: a pixel that is not touched sorted too",
    "quantile.ts",
    "i32(load<f64>(share) != 0)",
    "1",
    "processors",
    "test/resample/box-values.test.ts",
  ],
  [
    "order: the sign of a zero by the order of the columns",
    "extremes.ts",
    "best == <T>0 ? zeroOf<T>(cell) : best",
    "best",
    "processors",
    "test/resample/pixel-cells.test.ts",
  ],
  [
    "order: weights of nulls in a root mean square",
    "rms.ts",
    "select<f64>(share, 0, valid)",
    "share",
    "processors",
    "test/resample/pixel-cells.test.ts",
  ],
  [
    "around points: another cubic",
    "around-points.ts",
    "f64x2.splat(2.5)), d), d)",
    "f64x2.splat(2.25)), d), d)",
    "processors",
    "test/resample/kernel-block.test.ts",
  ],
  [
    "around points: a turn the other way",
    "around-points.ts",
    "half()), f64x2.splat(axis.shift)",
    "half()), f64x2.splat(-axis.shift)",
    "processors",
    "test/resample/kernel-block.test.ts",
  ],
  [
    "coverage: an edge's part of the next pixel",
    "coverage.ts",
    "increase(base + 16, after);",
    "increase(base + 16, part);",
    "processors",
    "test/resample/coverage.test.ts",
  ],
  [
    "coverage: a box without its tolerance",
    "coverage.ts",
    "f64x2.floor(f64x2.add(low, both(tolerance)))",
    "f64x2.floor(f64x2.sub(low, both(tolerance)))",
    "processors",
    "test/resample/coverage.test.ts",
  ],
  [
    "coordinates: pi counted as a turn too far",
    "coordinates.ts",
    "both(PI + 1e-12)",
    "both(PI - 1e-12)",
    "crs",
    "test/kernels.test.ts",
  ],
  [
    "coordinates: a row's longitude remembered for the next",
    "transverse-mercator.ts",
    "if (longitude != load<f64>(meridians + i)) {",
    "if (longitude < load<f64>(meridians + i)) {",
    "crs",
    "test/kernels.test.ts",
  ],
  [
    "coordinates: a series one term short",
    "vector-maths.ts",
    "at >= coefficients; at -= 8",
    "at > coefficients; at -= 8",
    "crs",
    "test/kernels.test.ts",
  ],
  [
    "coordinates: an image of the far side only",
    "lambert-azimuthal.ts",
    "f64x2.le(half, both(farthest))",
    "f64x2.ge(half, both(farthest))",
    "crs",
    "test/kernels.test.ts",
  ],
];

const wanted = mutants.filter(([name]) => name.includes(process.argv[2] ?? ""));
const alive = [];
try {
  for (const [name, file, before, after, owner, test] of wanted) {
    const path = join(kernels, "assembly", file);
    const source = readFileSync(path, "utf8");
    if (source.split(before).length !== 2) throw new Error(`${file} has not exactly one ${before}`);
    try {
      writeFileSync(
        path,
        source.replace(before, () => after),
      );
      build();
    } finally {
      writeFileSync(path, source);
    }
    const survived = passes(owner, test);
    if (survived) alive.push(name);
    console.log(`${survived ? "ALIVE " : "killed"} ${name} (${owner}/${test})`);
  }
} finally {
  build();
}
console.log(`${wanted.length - alive.length} of ${wanted.length} killed`);
process.exitCode = alive.length > 0 ? 1 : 0;

function build() {
  execFileSync("npx", ["asc", "assembly/index.ts", "--config", "asconfig.json"], {
    cwd: kernels,
    stdio: "inherit",
  });
}

function passes(owner, test) {
  const cwd = join(repository, "packages", owner);
  return spawnSync("npx", ["vitest", "run", test], { cwd, stdio: "ignore" }).status === 0;
}
