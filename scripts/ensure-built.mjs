// Installs and builds what is not yet installed and built; says nothing when all is there.
import { fileURLToPath } from "node:url";
import { ensureBuilt } from "./setup/build.mjs";
import { ensureInstalled } from "./setup/install.mjs";
import { say } from "./setup/quiet.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
try {
  ensureInstalled(root);
  ensureBuilt(root);
} catch (error) {
  say(`Quadrat could not be set up: ${error.message}`);
  process.exitCode = 1;
}
