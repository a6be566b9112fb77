import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { say } from "./quiet.mjs";

const longestSetup = 15 * 60_000;

/** Does `work` while no other process (an array job on the same checkout, say) installs or builds here. */
export function inTurn(root, work) {
  const folder = join(root, ".quadrat-setup");
  let told = false;
  while (!take(folder)) {
    if (abandoned(folder)) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    if (!told) say("Waiting for another process that is setting up this checkout ...");
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
  }
  try {
    return work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function take(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(folder, "owner.json"), JSON.stringify({ host: hostname(), pid: process.pid }));
  return true;
}

function abandoned(folder) {
  try {
    if (Date.now() - statSync(folder).mtimeMs > longestSetup) return true;
    const owner = JSON.parse(readFileSync(join(folder, "owner.json"), "utf8"));
    return owner.host === hostname() && !alive(owner.pid);
  } catch {
    return false;
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
