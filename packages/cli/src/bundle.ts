import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

/** What a package was when it went into the bundle. */
export interface Fingerprint {
  readonly version: string;
  /** A hash of what the compiler recorded of its sources; only where packages are built, not where they are installed. */
  readonly build?: string;
}

export type Fingerprints = Readonly<Record<string, Fingerprint>>;

const packages = new URL("../../", import.meta.url);

/** Of packages beside this one. */
export function fingerprints(names: readonly string[]): Fingerprints {
  return Object.fromEntries(names.map((name) => [name, fingerprintOf(name)]));
}

function fingerprintOf(name: string): Fingerprint {
  const { version } = JSON.parse(readFileSync(new URL(`${name}/package.json`, packages), "utf8")) as {
    version: string;
  };
  const record = read(new URL(`${name}/dist/.tsbuildinfo`, packages));
  return record ? { version, build: createHash("sha256").update(record).digest("hex") } : { version };
}

/**
 * The module that has `runCommand`. That is the bundle's, unless a package beside this one is another or has been compiled
 * since: old code is never run. With QUADRAT_DEBUG it is always the compiled module, so that stacks name the files of the packages.
 */
export function entryModule(): URL {
  const main = new URL("./main.js", import.meta.url);
  const bundle = new URL("./bundle/", import.meta.url);
  const recorded = read(new URL("made-of.json", bundle));
  if (!recorded || process.env["QUADRAT_DEBUG"]) return main;
  const bundled = JSON.parse(recorded.toString()) as Fingerprints;
  return Object.entries(bundled).every(isCurrent) ? new URL("main.js", bundle) : main;
}

function isCurrent([name, bundled]: [string, Fingerprint]): boolean {
  try {
    const { version, build } = fingerprintOf(name);
    return version === bundled.version && (build === undefined || build === bundled.build);
  } catch {
    return false;
  }
}

function read(url: URL): Buffer | undefined {
  try {
    return readFileSync(url);
  } catch {
    return undefined;
  }
}
