#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072 node --max-semi-space-size=1
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
