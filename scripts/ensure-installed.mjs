// Before anything of npm's can be used: plain Node, no packages.
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "./setup/install.mjs";
import { say } from "./setup/quiet.mjs";

try {
  ensureInstalled(fileURLToPath(new URL("..", import.meta.url)));
} catch (error) {
  say(`Quadrat could not be installed: ${error.message}`);
  process.exitCode = 1;
}
