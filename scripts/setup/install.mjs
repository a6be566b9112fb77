import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { npm } from "./quiet.mjs";
import { inTurn } from "./turn.mjs";

const stampOf = (root) => join(root, "node_modules", ".cache", "quadrat", "installed");

/** Runs `npm ci` unless node_modules already holds what package-lock.json asks for. */
export function ensureInstalled(root) {
  if (isInstalled(root)) return;
  inTurn(root, () => {
    if (isInstalled(root)) return;
    npm(root, ["ci", "--include=dev", "--no-audit", "--no-fund"], "Installing the packages (once)");
    const stamp = stampOf(root);
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, digest(readFileSync(join(root, "package-lock.json"))));
  });
}

/** Either `npm ci` was run by us for this very lock file, or npm's own record of node_modules agrees with it. */
export function isInstalled(root) {
  const lock = readFileSync(join(root, "package-lock.json"));
  if (read(stampOf(root)) === digest(lock)) return true;
  const record = read(join(root, "node_modules", ".package-lock.json"));
  return record !== undefined && agrees(JSON.parse(lock.toString()).packages, JSON.parse(record).packages);
}

function agrees(wanted, present) {
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    const found = present[path];
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return ["version", "integrity", "link", "bin"].every((key) => same(entry[key], found[key]));
  });
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function digest(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}
