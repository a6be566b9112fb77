import { existsSync, statSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { nearest, QuadratError } from "@quadrat/core";
import { identityOf, type StoreReader } from "@quadrat/core/host";

export const formats = ["table", "csv", "json", "parquet", "arrow"] as const;
export type Format = (typeof formats)[number];

/** Binary formats, which a terminal can't show. */
export const binary: ReadonlySet<Format> = new Set<Format>(["parquet", "arrow"]);

const endings: Readonly<Record<string, Format>> = {
  ".csv": "csv",
  ".json": "json",
  ".parquet": "parquet",
  ".arrow": "arrow",
  ".feather": "arrow",
  ".txt": "table",
};

/**
 * The requested format: by its name, by `--json`, by the ending of the output file, or else a table.
 * @throws QuadratError of kind "usage" for an unknown name or ending
 */
export function formatOf(given: string | undefined, json: boolean, file: string | undefined): Format {
  if (given !== undefined && !isFormat(given)) {
    const near = nearest(given, formats);
    throw new QuadratError("usage", `unknown format ${given}`, {
      hint: `${near ? `did you mean ${near}? ` : ""}--format takes ${formats.join(", ")}`,
    });
  }
  if (json && given !== undefined && given !== "json") {
    throw new QuadratError("usage", `--json and --format ${given} contradict each other`, {
      hint: "leave one of them out",
    });
  }
  if (given !== undefined) return given;
  if (json) return "json";
  if (file === undefined) return "table";
  const found = endings[extname(file).toLowerCase()];
  if (found) return found;
  throw new QuadratError("usage", `no format has the ending of ${file}`, {
    hint: `add --format ${formats.join(", ")}, or end the name in ${Object.keys(endings).join(", ")}`,
  });
}

function isFormat(name: string): name is Format {
  return (formats as readonly string[]).includes(name);
}

/**
 * Refuses an output that can't be written, or that would replace the store or one of its inputs.
 * @throws QuadratError of kind "usage" or "output"
 */
export async function checkOutput(file: string, reader: StoreReader, config: string): Promise<void> {
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) {
    throw new QuadratError("output", `can't write ${file}: folder ${folder} does not exist`, {
      hint: "create it, or give another --output",
    });
  }
  if (existsSync(file) && !statSync(file).isFile()) {
    throw new QuadratError("output", `can't write ${file}: it is not a file`, {
      hint: "give another --output",
    });
  }
  const inputs = await reader
    .rows<{ path: string; name: string }>("SELECT path, name FROM main.datasets WHERE path <> ''")
    .catch(() => []);
  const kept = [
    { what: "the store", path: reader.path },
    { what: "the store's log", path: `${reader.path}.wal` },
    { what: "the configuration", path: resolve(config) },
    ...inputs.map(({ name, path }) => ({ what: `the input of dataset ${name}`, path })),
  ];
  const target = await identityOf(resolve(file));
  for (const { what, path } of kept) {
    if ((await identityOf(path)) !== target) continue;
    throw new QuadratError("usage", `the result would overwrite ${what}: ${file}`, {
      hint: "give another --output",
    });
  }
}
