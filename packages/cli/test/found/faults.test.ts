import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import {
  copyFile,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tmpdir } from "node:os";
import { canMeddle, makeMeddler, type Meddling } from "../e2e/support/meddler.js";
import { command as inOneProcess } from "../e2e/support/one-process.js";
import { repository, type Ended } from "../e2e/support/quadrat.js";
import { writeTiff } from "../e2e/support/tiff.js";
import { found, missing } from "./support.js";

const command = join(repository, "packages/cli/bin/quadrat.js");

const can = (program: string, args: readonly string[]): boolean => spawnSync(program, args).status === 0;
const canMount = process.platform === "linux" && process.getuid?.() === 0 && mountable();
const hasCompiler = process.platform === "linux" && can("cc", ["--version"]);
const hasLimits = process.platform !== "win32";

function mountable(): boolean {
  const probe = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
  const mounted = can("mount", ["-t", "tmpfs", "tmpfs", probe]);
  if (mounted) execFileSync("umount", [probe]);
  execFileSync("rmdir", [probe]);
  return mounted;
}

let inputs: string;
let meddle: (meddling: Meddling) => NodeJS.ProcessEnv;
const world = { epsg: 4326, geographic: true, origin: [-180, 90], nodata: -1 } as const;

/** Of what the study gives when nothing is in its way. */
const whole = new Map<string, string>();

/** Two rasters with values that do not compress, and 300 of a few cells. */
beforeAll(async () => {
  inputs = await mkdtemp(join(tmpdir(), "quadrat-faults-"));
  if (canMeddle) meddle = await makeMeddler(inputs);
  const records = Array.from({ length: 2000 }, (_, i) => `${(i % 359) - 179},${(i % 179) - 89},${i}`);
  await writeFile(join(inputs, "t.csv"), `lon,lat,v\n${records.join("\n")}\n`);
  const duckDb = await DuckDBInstance.create();
  const connection = await duckDb.connect();
  await connection.run(`COPY (FROM '${join(inputs, "t.csv")}') TO '${join(inputs, "t.parquet")}'`);
  connection.closeSync();
  duckDb.closeSync();
  for (const [index, name] of ["a", "b"].entries()) {
    const value = (col: number, row: number): number =>
      Math.abs(Math.sin(col * 12.9898 + row * 78.233 + index) * 43758.5453) % 1;
    await writeTiff(join(inputs, `${name}.tif`), {
      ...world,
      width: 1440,
      height: 720,
      pixel: [0.25, 0.25],
      value,
    });
  }
  await mkdir(join(inputs, "many"));
  for (let index = 0; index < 300; index++) {
    const file = join(inputs, "many", `r${index}.tif`);
    await writeTiff(file, { ...world, width: 36, height: 18, pixel: [10, 10], value: () => index });
  }
  for (const resolution of [coarse, fine]) {
    await inPlace(async (place) => {
      expect(await runUnharmed(place, { formats, resolution })).toMatchObject({ code: 0 });
      for (const name of names) whole.set(`${resolution} ${name}`, await hashOf(join(place, "out", name)));
    });
  }
});
afterAll(() => rm(inputs, { recursive: true, force: true }));

const gz = { use: "csv", compress: true };
const formats = ["csv", gz, "parquet", "arrow"];
const names = ["merged.csv", "merged.csv.gz", "merged.parquet", "merged.arrow"];

/** Degrees: little to do, or enough to be met at it. */
const [coarse, fine] = [1, 0.25];

interface Setting {
  readonly formats?: readonly unknown[];
  readonly resolution?: number;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Of the shell, such as `ulimit -n 64`. */
  readonly limit?: string;
  readonly store?: string;
  readonly config?: object;
  /** Goes on beside the run. */
  readonly meanwhile?: (child: Running) => Promise<unknown>;
}

interface Running {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Waits for a file, no longer than the run. */
  readonly made: (file: string) => Promise<void>;
}

/** Writes the configuration of the study of two rasters; its outputs go to `out`, its temporary files to `tmp`. */
async function begin(
  place: string,
  { formats = ["csv"], args = ["run"], resolution = coarse, ...setting }: Setting,
): Promise<{ readonly args: string[]; readonly env: Record<string, string> }> {
  const grid = { crs: "EPSG:4326", resolution, bounds: [-180, -90, 180, 90] };
  const datasets = {
    a: { path: join(inputs, "a.tif"), resample: "near" },
    b: { path: join(inputs, "b.tif"), resample: "near" },
  };
  const config = { grid, datasets, export: { formats, directory: "out" }, ...setting.config };
  await writeFile(join(place, "config.yml"), JSON.stringify(config));
  await mkdir(join(place, "tmp"), { recursive: true });
  const { store = join(place, "out/quadrat.duckdb") } = setting;
  return {
    args: [...args, "--config", join(place, "config.yml"), "--store", store],
    env: { QUADRAT_DEBUG: "", TMPDIR: join(place, "tmp") },
  };
}

/** Runs the study when nothing is in its way, for what was before or will be after a fault. */
async function runUnharmed(place: string, setting: Setting = {}): Promise<Ended> {
  const { args, env } = await begin(place, setting);
  return inOneProcess(args, { env });
}

/** Runs the study in a process of its own, to which something may happen. */
async function run(place: string, setting: Setting = {}): Promise<Ended> {
  const { env = {}, limit = ":" } = setting;
  const { args, env: always } = await begin(place, setting);
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-c", `${limit}; exec "$@"`, "sh", command, ...args], {
      env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1", ...always, ...env },
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    const made = async (file: string): Promise<void> => {
      while (!existsSync(file) && child.exitCode === null) await wait(5);
    };
    const beside = setting.meanwhile?.({ kill: (signal) => child.kill(signal), made }) ?? Promise.resolve();
    beside.catch(() => undefined);
    child.on("error", reject);
    child.on("close", (code) => void beside.then(() => resolve({ code, stdout, stderr }), reject));
  });
}

async function inPlace<T>(work: (place: string) => Promise<T>): Promise<T> {
  const place = await mkdtemp(join(tmpdir(), "quadrat-faults-"));
  try {
    return await work(place);
  } finally {
    spawnSync("sh", [
      "-c",
      `for at in "$0" "$0/out" "$0/tmp" "$0/disk"; do umount "$at" 2>/dev/null; done`,
      place,
    ]);
    await rm(place, { recursive: true, force: true });
  }
}

const mount = (folder: string, options: string): void =>
  void execFileSync("sh", [
    "-c",
    `mkdir -p "$1" && mount -t tmpfs -o "$2" tmpfs "$1"`,
    "sh",
    folder,
    options,
  ]);
const remount = (folder: string, options: string): void =>
  void execFileSync("mount", ["-o", `remount,${options}`, folder]);

const hashOf = async (path: string): Promise<string> =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

/** Lets a disk shrink to what is on it and a little more as soon as there is such a file. */
const shrinks =
  (disk: string, file: string, bytes: number) =>
  async ({ made }: Running): Promise<void> => {
    await made(file);
    for (let turn = 0; turn < 100; turn++) {
      const told = execFileSync("df", ["--output=used", "-B1", disk], { encoding: "utf8" });
      const size = Number(/(\d+)\s*$/.exec(told)![1]) + bytes;
      // What is written meanwhile may need more already.
      if (can("mount", ["-o", `remount,size=${size}`, disk])) return;
    }
  };

/** No file that is not whole, nothing for temporary use. */
async function clean(place: string): Promise<void> {
  const left = (await readdir(join(place, "out")).catch(() => [])).filter((name) =>
    /partial|\.lock|\.rows/.test(name),
  );
  expect(left).toEqual([]);
  expect(await readdir(join(place, "tmp"))).toEqual([]);
}

/** Runs again without what was in the way: the same bytes as ever. */
async function resumes(place: string, setting: Setting, name = "merged.csv"): Promise<void> {
  const ended = await runUnharmed(place, setting);
  expect(ended.code, ended.stderr).toBe(0);
  if (setting.config && "datasets" in setting.config) return;
  const expected = whole.get(`${setting.resolution ?? coarse} ${name}`);
  expect(expected).toBeDefined();
  expect(await hashOf(join(place, "out", name))).toBe(expected);
}

/** The store is elsewhere, so that nothing but the output meets the full disk. */
const fullDisk = (format: unknown, name: string) => {
  const setting = (place: string) => ({
    formats: [format],
    resolution: fine,
    store: join(place, "quadrat.duckdb"),
    // Otherwise the run would be refused before anything is written.
    config: { prediction: { disk: "off" } },
  });
  return {
    possible: canMount,
    make: (place: string) => {
      mount(join(place, "out"), "size=1m");
      return run(place, setting(place));
    },
    after: async (place: string) => {
      remount(join(place, "out"), "size=400m");
      await resumes(place, setting(place), name);
    },
  };
};

const wideSetting = (place: string): Setting => ({
  config: {
    datasets: { wide: { path: join(place, "wide.tif"), resample: "near" } },
    resampling: { window_size: 256 },
    prediction: { disk: "off" },
  },
});

/** A dozen columns with a value in each of 300,000 cells, in tables that are joined by their cells: more than DuckDB has memory for. */
const manyCells = async (place: string): Promise<object> => {
  const path = join(place, "cells.csv");
  const lines = Array.from({ length: 300_000 }, (_, cell) => {
    const [col, row] = [cell % 600, Math.floor(cell / 600)];
    return `${(col + 0.5) / 10},${(row + 0.5) / 10},${((col * 31 + row * 17) % 1000) / 8}`;
  });
  await writeFile(path, `lon,lat,v\n${lines.join("\n")}\n`);
  const records = { path, x: "lon", y: "lat", checks: "none" };
  const columns = ["sum", "mean", "min", "max"].flatMap((measure) =>
    [1, 2, 3].map((fill) => [`${measure}_${fill}`, { ...records, value: "v", measure, fill }] as const),
  );
  return {
    grid: { crs: "EPSG:4326", resolution: 0.1, bounds: [0, 0, 60, 50] },
    datasets: Object.fromEntries(columns),
    threads: 1,
    prediction: { learn: false },
  };
};
const tight = { memory: { limit: "240MB" } };

const damaged = (harm: (store: string) => Promise<void>, settled = true) => ({
  possible: true,
  make: async (place: string) => {
    expect(await runUnharmed(place, { resolution: fine })).toMatchObject({ code: 0 });
    await harm(join(place, "out/quadrat.duckdb"));
    // Otherwise it would be kept, and hardly anything read.
    await rm(join(place, "out/merged.csv"));
    return run(place, { resolution: fine });
  },
  after: settled
    ? (place: string) => resumes(place, { args: ["run", "--fresh"], resolution: fine })
    : undefined,
});

const noLocks = (args: readonly string[]) => ({
  possible: hasCompiler,
  make: async (place: string) => {
    if (args[0] === "sql") expect(await runUnharmed(place)).toMatchObject({ code: 0 });
    await writeFile(join(place, "nolock.c"), withoutLocks);
    execFileSync("cc", ["-shared", "-fPIC", "-o", join(place, "nolock.so"), join(place, "nolock.c"), "-ldl"]);
    return run(place, { args, env: { LD_PRELOAD: join(place, "nolock.so") } });
  },
  after: (place: string) => resumes(place, {}),
});

const withoutLocks = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
static int call(const char *name, int fd, int command, void *argument) {
  if (command == F_SETLK || command == F_SETLKW) { errno = ENOLCK; return -1; }
  int (*real)(int, int, ...) = dlsym(RTLD_NEXT, name);
  return real(fd, command, argument);
}
int fcntl(int fd, int command, ...) { va_list a; va_start(a, command); void *p = va_arg(a, void *); va_end(a); return call("fcntl", fd, command, p); }
int fcntl64(int fd, int command, ...) { va_list a; va_start(a, command); void *p = va_arg(a, void *); va_end(a); return call("fcntl64", fd, command, p); }
`;

/** The disk fails where a file whose path has `NAME` in it is read at or after an offset. */
const failing = (
  name: string,
  offset: number,
  before: (place: string) => Promise<unknown> = () => Promise.resolve(),
) => ({
  possible: hasCompiler,
  make: async (place: string) => {
    await before(place);
    await writeFile(join(place, "failing.c"), failingReads);
    const library = join(place, "failing.so");
    execFileSync("cc", ["-shared", "-fPIC", "-o", library, join(place, "failing.c"), "-ldl"]);
    return run(place, { env: { LD_PRELOAD: library, FAILING: name, FAILING_FROM: String(offset) } });
  },
  after: (place: string) => resumes(place, {}),
});

const failingReads = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
static int fails(int fd, long offset) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, getenv("FAILING")) && offset >= atol(getenv("FAILING_FROM"));
}
#define WRAP(name, parameters, arguments) \\
  ssize_t name parameters { \\
    ssize_t (*real) parameters = dlsym(RTLD_NEXT, #name); \\
    if (fails(fd, offset)) { errno = EIO; return -1; } \\
    return real arguments; \\
  }
WRAP(pread, (int fd, void *to, size_t bytes, off_t offset), (fd, to, bytes, offset))
WRAP(pread64, (int fd, void *to, size_t bytes, off64_t offset), (fd, to, bytes, offset))
WRAP(preadv, (int fd, const struct iovec *to, int count, off_t offset), (fd, to, count, offset))
WRAP(preadv64, (int fd, const struct iovec *to, int count, off64_t offset), (fd, to, count, offset))
`;

const world10 = { crs: "EPSG:4326", resolution: 10, bounds: [-180, -90, 180, 90] };

/** A study of a single input, in the folder of the test. */
const alone = async (place: string, name: string): Promise<Setting> => {
  await copyFile(join(inputs, name), join(place, name));
  const table = name.endsWith(".tif") ? {} : { x: "lon", y: "lat", measure: "sum", value: "v" };
  const datasets = { one: { path: join(place, name), ...table } };
  return { config: { grid: world10, datasets } };
};

/** A run of two rasters, or of one input, to which something happens as it writes a certain file. */
const meddled = (writing: string, command?: string, input?: string) => {
  const setting = async (place: string): Promise<Setting> => (input === undefined ? {} : alone(place, input));
  return {
    possible: canMeddle,
    make: async (place: string) => {
      const what = command?.replaceAll("PLACE", place);
      const env = meddle({ writing, ...(what !== undefined && { command: what }) });
      return run(place, { ...(await setting(place)), env });
    },
    after: async (place: string) => resumes(place, await setting(place)),
  };
};

const temporary = (possible: boolean, set: (place: string) => Promise<string> | string) => ({
  possible,
  make: async (place: string) => {
    const ended = await run(place, { env: { TMPDIR: await set(place) } });
    expect(existsSync(join(place, "out"))).toBe(false);
    return ended;
  },
  after: (place: string) => resumes(place, {}),
});

interface Situation {
  readonly possible: boolean;
  readonly make: (place: string) => Promise<Ended>;
  readonly after?: ((place: string) => Promise<void>) | undefined;
}

const situations: Readonly<Record<string, Situation>> = {
  "the disk is full while datasets are staged": {
    possible: canMount,
    make: (place) => {
      const disk = join(place, "out");
      mount(disk, "size=400m");
      return run(place, {
        resolution: fine,
        meanwhile: shrinks(disk, join(disk, "quadrat.duckdb"), 2_000_000),
      });
    },
    after: async (place) => {
      remount(join(place, "out"), "size=400m");
      await resumes(place, { resolution: fine });
    },
  },
  "the disk is full while blocks of a wide raster are decoded": {
    possible: canMount,
    make: async (place) => {
      // A row of its strips has 15 MB; the disk has room for one.
      const wide = { width: 40_000, height: 288, rowsPerStrip: 96, pixel: [0.009, 0.625] } as const;
      await writeTiff(join(place, "wide.tif"), { ...world, ...wide, value: (col, row) => (col + row) % 100 });
      mount(join(place, "out"), "size=20m");
      return run(place, wideSetting(place));
    },
    after: async (place) => {
      remount(join(place, "out"), "size=100m");
      const ended = await runUnharmed(place, wideSetting(place));
      expect(ended.code, ended.stderr).toBe(0);
    },
  },
  "the disk is full while a CSV is written": fullDisk("csv", "merged.csv"),
  "the disk is full while a compressed CSV is written": fullDisk(gz, "merged.csv.gz"),
  "the disk is full while Parquet is written": fullDisk("parquet", "merged.parquet"),
  "the disk is full while Arrow is written": fullDisk("arrow", "merged.arrow"),
  "the disk for temporary files is full while the merge spills": {
    possible: canMeddle,
    make: async (place) => {
      const config = await manyCells(place);
      expect(await runUnharmed(place, { config })).toMatchObject({ code: 0 });
      await rename(join(place, "out/merged.csv"), join(place, "whole.csv"));
      return run(place, { config: { ...config, ...tight }, env: meddle({ writing: "duckdb_temp" }) });
    },
    after: async (place) => {
      const before = await hashOf(join(place, "whole.csv"));
      const ended = await run(place, { config: await manyCells(place) });
      expect(ended.code, ended.stderr).toBe(0);
      expect(ended.stderr.match(/staged before, reused/g)).toHaveLength(12);
      expect(await hashOf(join(place, "out/merged.csv"))).toBe(before);
    },
  },
  "the disk is full while a table is read": meddled(".rows", undefined, "t.csv"),
  "the disk is full while the metadata is written": meddled(".merged.metadata.json"),
  "an output may not be as large as it must (`ulimit -f`, or the file system)": {
    possible: hasLimits,
    make: async (place) => {
      expect(await runUnharmed(place, { formats: ["parquet"], resolution: fine })).toMatchObject({ code: 0 });
      return run(place, { limit: "ulimit -f 48000", resolution: fine });
    },
    after: (place) => resumes(place, { resolution: fine }),
  },
  "the store may not be as large as it must": {
    possible: hasLimits,
    make: (place) => run(place, { limit: "ulimit -f 8000", resolution: fine }),
    after: (place) => resumes(place, { resolution: fine }),
  },
  "`TMPDIR` names a folder that does not exist": temporary(true, (place) => join(place, "none")),
  "`TMPDIR` names a file": temporary(true, async (place) => {
    await writeFile(join(place, "file"), "");
    return join(place, "file");
  }),
  "`TMPDIR` is read-only": temporary(canMount, (place) => {
    mount(join(place, "disk"), "ro");
    return join(place, "disk");
  }),
  "too few files may be open for any run (about 50 are needed, more threads need more)": {
    possible: hasLimits,
    make: (place) => run(place, { limit: "ulimit -n 36" }),
    after: (place) => resumes(place, {}),
  },
  "the limit on the address space (`ulimit -v`) is too small": {
    // Later versions of Node reserve fewer addresses.
    possible: process.platform === "linux" && Number(process.versions.node.split(".")[0]) < 24,
    make: (place) => run(place, { limit: "ulimit -v 16000000", config: { threads: 2 } }),
    after: (place) => resumes(place, {}),
  },
  "the store lies on a file system without locks": noLocks(["run"]),
  "`quadrat sql --wait` on such a file system": noLocks(["sql", "--wait", "SELECT 1"]),
  "bytes of the store have changed": damaged(flipDataBytes),
  "the store was cut short": damaged((store) => truncate(store, 1_000_000)),
  "there is text in place of the store": damaged((store) => writeFile(store, "x,y\n1,2\n"), false),
  "the store's folder is read-only": {
    possible: canMount,
    make: (place) => {
      mount(join(place, "disk"), "ro");
      return run(place, { store: join(place, "disk/quadrat.duckdb") });
    },
    after: (place) => resumes(place, {}),
  },
  "the output folder is read-only": {
    possible: canMount,
    make: (place) => {
      mount(join(place, "out"), "ro");
      return run(place);
    },
    after: async (place) => {
      remount(join(place, "out"), "rw");
      await resumes(place, {});
    },
  },
  "an output's name is taken by a folder": {
    possible: true,
    make: async (place) => {
      await mkdir(join(place, "out/merged.csv"), { recursive: true });
      return run(place);
    },
    after: async (place) => {
      await rm(join(place, "out/merged.csv"), { recursive: true });
      await resumes(place, {});
    },
  },
  "an input can't be read because its disk fails": failing("/b.tif", 1_000_000),
  "the store can't be read because its disk fails": failing("quadrat.duckdb", 0, (place) =>
    runUnharmed(place),
  ),
  "a raster is cut short while it is read": meddled(
    "quadrat.duckdb",
    "truncate -s 1000 PLACE/a.tif",
    "a.tif",
  ),
  "a raster is replaced while it is read": meddled(
    "quadrat.duckdb",
    "head -c 2000000 PLACE/a.tif > PLACE/x && mv PLACE/x PLACE/a.tif",
    "a.tif",
  ),
  "a table is cut short while it is read": meddled("quadrat.duckdb", "truncate -s 100 PLACE/t.csv", "t.csv"),
  "a Parquet file is cut short while it is read": meddled(
    "quadrat.duckdb",
    "truncate -s 1000 PLACE/t.parquet",
    "t.parquet",
  ),
  "an input is removed while it is read": meddled("quadrat.duckdb", "rm PLACE/t.csv", "t.csv"),
  "the output folder is removed while datasets are staged": meddled("quadrat.duckdb.wal", "rm -r PLACE/out"),
  "the output folder is removed while an output is written": meddled(
    ".merged.csv.partial",
    "rm -r PLACE/out",
  ),
  "the standard output can't be written": {
    possible: existsSync("/dev/full"),
    make: (place) => run(place, { args: ["run", "--json"], limit: "exec >/dev/full" }),
    after: (place) => resumes(place, {}),
  },
  "the run is interrupted": {
    possible: process.platform !== "win32",
    make: (place) =>
      run(place, {
        meanwhile: async ({ kill, made }) => {
          await made(join(place, "out/quadrat.duckdb"));
          kill("SIGINT");
        },
      }),
    after: (place) => resumes(place, {}),
  },
};

/** Turns 64 bytes in the middle of the file over: in the values of a dataset. */
/** Flips bytes in each of the store's blocks between a quarter and three quarters of the file: some of them are free. */
async function flipDataBytes(store: string): Promise<void> {
  const { size } = await stat(store);
  const file = await open(store, "r+");
  const bytes = Buffer.alloc(64);
  for (let at = Math.floor(size / 4); at < (size * 3) / 4; at += 262_144) {
    await file.read(bytes, 0, 64, at);
    await file.write(
      bytes.map((byte) => byte ^ 0xff),
      0,
      64,
      at,
    );
  }
  await file.close();
}

const listed = readFileSync(join(repository, "docs/troubleshooting.md"), "utf8")
  .split("\n")
  .flatMap((line) => {
    const row = /^\| (.+?) +\| `([^`]+)` +\| (\d+) +\| (.+?) +\|$/.exec(line);
    return row ? [{ situation: row[1]!, message: row[2]!, code: Number(row[3]) }] : [];
  });

/** The message as it stands in the list, with any path or number in the places that capitals hold. */
function pattern(message: string): RegExp {
  const escaped = message.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(
    escaped.replaceAll(/\b(STORE|FILE|FOLDER)\b/g, "/\\S+").replaceAll(/\bNUMBER\b/g, "\\d+"),
  );
}

describe("the list of docs/troubleshooting.md", () => {
  it("has every situation that is tested, and no other", () => {
    expect(listed.map(({ situation }) => situation).sort()).toEqual(Object.keys(situations).sort());
  });

  for (const { situation, message, code } of listed) {
    const { possible = false, make, after } = situations[situation] ?? {};
    it.skipIf(!possible)(situation, () =>
      inPlace(async (place) => {
        const ended = await make!(place);
        expect(ended.stderr).toMatch(pattern(message));
        expect(ended.code, ended.stderr).toBe(code);
        expect(ended.stderr).not.toMatch(/this is a bug|reinstall Quadrat|^\s+at /m);
        await clean(place);
        await after?.(place);
        await clean(place);
      }),
    );
  }
});

describe.skipIf(!hasLimits)("limits of open files", () => {
  const datasets = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [
      `v${index}`,
      { path: `many/r${index}.tif`, resample: "near" },
    ]),
  );
  const config = {
    grid: { crs: "EPSG:4326", resolution: 10, bounds: [-180, -90, 180, 90] },
    get datasets() {
      return Object.fromEntries(
        Object.entries(datasets).map(([name, one]) => [name, { ...one, path: join(inputs, one.path) }]),
      );
    },
  };

  it("give 300 rasters their result, or are named", async () => {
    const limits = fc.integer({ min: 64, max: 450 });
    await fc.assert(
      fc.asyncProperty(limits, (limit) =>
        inPlace(async (place) => {
          const ended = await run(place, {
            config: { ...config, export: { directory: "out" } },
            limit: `ulimit -n ${limit}`,
          });
          if (ended.code !== 0) {
            expect(ended.stderr).toContain(`the limit of open files, ${limit}, is too low`);
            expect(ended.code).toBe(1);
            return;
          }
          const [header, first] = (await readFile(join(place, "out/merged.csv"), "utf8")).split("\n");
          expect(header!.split(",")).toHaveLength(302);
          expect(first).toBe(`-175,85,${Array.from({ length: 300 }, (_, index) => index).join(",")}`);
          await clean(place);
        }),
      ),
      { numRuns: 4, seed: 12, examples: [[64], [256]] },
    );
  });
});

it.skipIf(!canMeddle)("no run goes by the clock", () =>
  inPlace(async (place) => {
    const year = 365 * 24 * 3600;
    const setting = await alone(place, "a.tif");
    const at = async (clock: number): Promise<string> => {
      const { code, stderr } = await run(place, { ...setting, env: meddle({ clock }) });
      expect(code, stderr).toBe(0);
      return stderr;
    };
    const file = join(place, "a.tif");
    const csv = (): Promise<string> => hashOf(join(place, "out/merged.csv"));
    // A file that the clock says will only be written, and one that it says is old.
    await at(-year);
    const first = await csv();
    for (const clock of [year, -year]) expect(await at(clock)).toContain("one: staged before, reused");
    const future = new Date(Date.now() + year * 1000);
    await utimes(file, future, future);
    expect(await at(-year)).toContain("one: staged before, reused");
    expect(await csv()).toBe(first);
    // Other content of the same length, with the time of the old one.
    await copyFile(join(inputs, "b.tif"), file);
    await utimes(file, future, future);
    expect(await at(-year)).toContain("one: its input has changed since it was staged");
    expect(await csv()).not.toBe(first);
  }),
);

it.skipIf(process.platform !== "linux")(
  "what a killed run has left goes with the next one",

  () =>
    inPlace(async (place) => {
      const killed = await run(place, {
        meanwhile: async ({ kill, made }) => {
          await made(join(place, "out/quadrat.duckdb"));
          kill("SIGKILL");
        },
      });
      expect(killed.code).toBeNull();
      expect(await readdir(join(place, "tmp"))).not.toEqual([]);
      await resumes(place, {});
      await clean(place);
    }),
);

describe.skipIf(missing)("found files", () => {
  it("22-no-locks", async ({ skip }) => {
    if (!hasCompiler) skip();
    await inPlace(async (place) => {
      const library = join(place, "nolock.so");
      execFileSync("cc", ["-shared", "-fPIC", "-o", library, join(found, "22-no-locks/nolock.c"), "-ldl"]);
      const config = {
        grid: { crs: "EPSG:4326", resolution: 10, bounds: [-180, -90, 180, 90] },
        datasets: { n: { path: join(found, "22-no-locks/occ.csv"), kind: "occurrences" } },
        export: { directory: "out" },
      };
      const ended = await run(place, { config, env: { LD_PRELOAD: library } });
      expect(ended.stderr).toContain("its file system does not lock files");
      expect(ended.code).toBe(1);
      expect(await readdir(join(place, "out"))).toEqual([]);
    });
  });

  it("23-many-files", () =>
    inPlace(async (place) => {
      // Its rasters are those of another folder, placed by a world file that has to be put beside them.
      for (const name of ["18-stale-worldfile", "23-many-files"])
        execFileSync("cp", ["-r", "--no-preserve=mode", join(found, name), place]);
      await copyFile(
        join(found, "18-stale-worldfile/plain.tfw.orig"),
        join(place, "18-stale-worldfile/plain.tfw"),
      );
      const words = [command, "run", "--config", join(place, "23-many-files/config.yml")];
      const ended = spawnSync(
        "sh",
        ["-c", 'ulimit -n 256; exec "$@"', "sh", ...words, "--set", `export.directory=${join(place, "out")}`],
        {
          encoding: "utf8",
        },
      );
      expect(ended.status, ended.stderr.slice(0, 2000)).toBe(0);
      const [header, ...rows] = (await readFile(join(place, "out/merged.csv"), "utf8")).trimEnd().split("\n");
      expect(header!.split(",")).toHaveLength(302);
      // One raster under 300 names.
      for (const row of rows) expect(new Set(row.split(",").slice(2)).size).toBe(1);
    }));
});
