// Proves that the tests of the kernels can fail: each mutant, a small fault in a kernel or in what decides whether the program
// takes it, is built and its tests are run, of which one has to fail. The sources are restored and the kernels built anew at
// the end, also when the script is interrupted.
//   node scripts/mutate-kernels.mjs [PART OF A NAME]
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("..", import.meta.url));
const kernels = "packages/kernels";

/**
 * Name, file in the kernels' `assembly` or from `packages`, what is replaced by what, and the package and test that have to
 * notice.
 */
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
  [
    "coordinates: the edge of a domain ten times as far",
    "coordinates.ts",
    "const EDGE: f64 = 1e-9;",
    "const EDGE: f64 = 1e-8;",
    "crs",
    "test/kernels.test.ts",
  ],
  [
    "csv: a power of two as any other number",
    "csv-rows.ts",
    "bits << 9 == 0 || exponent == 0",
    "exponent == 0",
    "exporters",
    "test/csv/rows.test.ts",
  ],
  [
    "coverage: a sliver that counts",
    "coverage.ts",
    "LEAST_FRACTION: f64 = 1e-6",
    "LEAST_FRACTION: f64 = 1e-7",
    "processors",
    "test/resample/coverage.test.ts",
  ],
  [
    "coverage: a whole pixel that does not count as one",
    "coverage.ts",
    "WHOLE_TOLERANCE: f64 = 1e-12",
    "WHOLE_TOLERANCE: f64 = 1e-15",
    "processors",
    "test/resample/coverage.test.ts",
  ],
  [
    "coverage: no cell takes the kernel",
    "processors/src/resample/outlines/cell-pairs.ts",
    "const small = across > 0",
    "const small = across > 99",
    "processors",
    "test/resample/coverage.test.ts",
  ],
  [
    "nulls: no column takes the kernel",
    "processors/src/staging/column.ts",
    "values === data && values instanceof Float32Array",
    "values !== data && values instanceof Float32Array",
    "processors",
    "test/staging/column.test.ts",
  ],
  [
    "float planes: no file takes the kernel",
    "geotiff/src/pixels/direct-decoder.ts",
    "bits === 32 &&",
    "bits === 33 &&",
    "geotiff",
    "test/float-planes.test.ts",
  ],
];

const wanted = mutants.filter(([name]) => name.includes(process.argv[2] ?? ""));
const scratch = mkdtempSync(join(tmpdir(), "quadrat-mutants-"));
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => interrupted.abort());
const alive = [];
try {
  await build();
  const suites = new Map(wanted.map(([, , , , owner, test]) => [`${owner}/${test}`, [owner, test]]));
  for (const [suite, [owner, test]] of suites) {
    const { failed, passed } = await run(owner, test);
    if (failed > 0 || passed === 0)
      throw new Error(`${suite} fails without a mutant (${failed} failed, ${passed} passed)`);
  }
  for (const mutant of wanted) {
    const survived = await survives(mutant);
    const [name, , , , owner, test] = mutant;
    if (survived) alive.push(name);
    console.log(`${survived ? "ALIVE " : "killed"} ${name} (${owner}/${test})`);
  }
  console.log(`${wanted.length - alive.length} of ${wanted.length} killed`);
  process.exitCode = alive.length > 0 || wanted.length === 0 ? 1 : 0;
} catch (error) {
  console.error(interrupted.signal.aborted ? "interrupted" : error.message);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
  await build({ always: true });
}

/** Whether the test passes with the mutant in place. */
async function survives([, file, before, after, owner, test]) {
  const compiled = !file.includes("/");
  const path = join(repository, compiled ? `${kernels}/assembly` : "packages", file);
  const source = readFileSync(path, "utf8");
  if (source.split(before).length !== 2) throw new Error(`${file} has not exactly one ${before}`);
  try {
    writeFileSync(
      path,
      source.replace(before, () => after),
    );
    if (compiled) await build();
    const { failed, hung } = await run(owner, test);
    return failed === 0 && !hung;
  } finally {
    writeFileSync(path, source);
    if (compiled && !interrupted.signal.aborted) await build();
  }
}

async function build({ always = false } = {}) {
  const args = ["assembly/index.ts", "--config", "asconfig.json"];
  const { status } = await finished("assemblyscript/bin/asc.js", args, kernels, always);
  if (status !== 0) throw new Error("the kernels can't be built");
}

/** How many tests failed and passed, by Vitest's own report. One that takes minutes hangs. */
async function run(owner, test) {
  const report = join(scratch, "report.json");
  rmSync(report, { force: true });
  const args = ["run", test, "--reporter=json", `--outputFile=${report}`];
  const { hung } = await finished("vitest/vitest.mjs", args, `packages/${owner}`);
  if (hung) return { failed: 0, passed: 0, hung };
  const { numFailedTests: failed, numPassedTests: passed } = JSON.parse(readFileSync(report, "utf8"));
  if (failed + passed === 0) throw new Error(`${owner}/${test} has no tests`);
  return { failed, passed, hung };
}

/** Runs a module of a dependency in a folder; it is stopped after some minutes, and when the script is. */
async function finished(module, args, folder, always = false) {
  if (!always) interrupted.signal.throwIfAborted();
  const stops = [AbortSignal.timeout(300_000), ...(always ? [] : [interrupted.signal])];
  const child = spawn(process.execPath, [join(repository, "node_modules", module), ...args], {
    cwd: join(repository, folder),
    stdio: "ignore",
    signal: AbortSignal.any(stops),
  });
  const status = await new Promise((resolve) => {
    child.on("error", () => undefined);
    child.on("close", resolve);
  });
  if (!always) interrupted.signal.throwIfAborted();
  return { status, hung: stops[0].aborted };
}
