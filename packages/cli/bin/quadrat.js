#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=1048576 MALLOC_TRIM_THRESHOLD_=4194304 node --max-semi-space-size=1
import { existsSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

// V8 of Node 20 compiles a function when so many bytes of its code have run, 66 KiB unless told: most of what planning and starting
// call would be compiled in vain. Later ones have no such flag.
if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=1000000");

const bundle = new URL("../dist/bundle.js", import.meta.url);
if (existsSync(bundle)) {
  const { entryModule } = await import(bundle.href);
  const { runCommand } = await import(entryModule().href);
  await runCommand(process.argv.slice(2));
} else {
  process.stderr.write(
    "error: quadrat is not built yet\n  hint: run `npm ci && npm run build` at the top of the repository\n",
  );
  process.exitCode = 1;
}
