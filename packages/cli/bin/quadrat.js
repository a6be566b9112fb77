#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) {
  const { runCommand } = await import(main.href);
  await runCommand(process.argv.slice(2));
} else {
  process.stderr.write(
    "error: quadrat is not built yet\n  hint: run `npm ci && npm run build` at the top of the repository\n",
  );
  process.exitCode = 1;
}
