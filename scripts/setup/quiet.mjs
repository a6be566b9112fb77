import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Says on stderr what is being done; nothing of this goes into a pipe. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs npm in `root`. Its output is shown only when it fails; then this throws. */
export function npm(root, args, doing) {
  const folder = mkdtempSync(join(tmpdir(), "quadrat-setup-"));
  const log = join(folder, "npm.log");
  const output = openSync(log, "w");
  const started = Date.now();
  say(`${doing} ...`);
  try {
    const { status, signal, error } = spawnSync("npm", args, {
      cwd: root,
      stdio: ["ignore", output, output],
      shell: process.platform === "win32",
    });
    if (error?.code === "ENOENT") {
      throw new Error(
        "npm was not found. It comes with Node.js; some systems package it apart (Debian: apt install npm).",
      );
    }
    if (error) throw error;
    if (status !== 0) {
      say(readFileSync(log, "utf8").trimEnd());
      throw new Error(
        `'npm ${args.join(" ")}' failed (${signal ?? `exit code ${status}`}); what it printed is above.`,
      );
    }
    say(`${doing}: done in ${Math.round((Date.now() - started) / 1000)} s`);
  } finally {
    closeSync(output);
    rmSync(folder, { recursive: true, force: true });
  }
}
