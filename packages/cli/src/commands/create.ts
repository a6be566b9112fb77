import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { nearest, QuadratError } from "@quadrat/core";
import { folderName, pluginFiles, pluginKinds, type PluginKind } from "../create/plugin-files.js";
import type { Output } from "../output.js";

interface CreateOptions {
  readonly args: readonly string[];
  readonly kind?: string;
}

/** `create plugin NAME`: writes a working package with a test into a folder of the same name. */
export async function run({ args, kind = "exporter" }: CreateOptions, output: Output): Promise<void> {
  const [what = "", name = ""] = args;
  if (what !== "plugin")
    throw new QuadratError("usage", `${what} can't be created`, {
      hint: "allowed: quadrat create plugin NAME",
    });
  const files = pluginFiles(checkName(name), checkKind(kind));
  const folder = resolve(folderName(name));
  await writeFolder(folder, files);
  const short = relative(".", folder);
  const paths = Object.keys(files).map((path) => join(short, path));
  output.result(
    output.json
      ? `${JSON.stringify({ name, kind, folder, files: Object.keys(files) }, null, 2)}\n`
      : `wrote ${paths.join(", ")}\nnext: cd ${short} && npm install && npm test\n`,
  );
}

/** npm's rules for package names. */
function checkName(name: string): string {
  const sound = /^(@[a-z\d~-][a-z\d._~-]*\/)?[a-z\d~-][a-z\d._~-]*$/.test(name) && name.length <= 214;
  if (sound && !name.startsWith("@quadrat/")) return name;
  const fault = sound ? "begins with @quadrat/, as Quadrat's own packages do" : "is not a valid package name";
  throw new QuadratError("usage", `${name} ${fault}`, {
    hint: "allowed: lower-case letters, digits, - . _ ~, optionally after a scope such as @team/; for example quadrat-plugin-geojson",
  });
}

function checkKind(kind: string): PluginKind {
  const found = pluginKinds.find((one) => one === kind);
  if (found) return found;
  const near = nearest(kind, pluginKinds);
  throw new QuadratError("usage", `--kind is ${kind}; allowed: ${pluginKinds.join(", ")}`, {
    ...(near && { hint: `did you mean ${near}?` }),
  });
}

/** Writes a folder that appears under its name only when it is complete. */
async function writeFolder(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  if (existsSync(folder)) {
    throw new QuadratError("usage", `${folder} exists already`, {
      hint: "it is never overwritten: move it, or choose another name",
    });
  }
  let temporary: string | undefined;
  try {
    temporary = await mkdtemp(join(dirname(folder), ".quadrat-create-"));
    const partial = join(temporary, "plugin");
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(partial, path)), { recursive: true });
      await writeFile(join(partial, path), text);
    }
    await rename(partial, folder);
  } catch (cause) {
    throw new QuadratError("output", `${folder} can't be written: ${(cause as Error).message}`, { cause });
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}
