/**
 * The public API of every package as a text in `packages/<package>/api`: a change shows in review, and needs a changeset.
 *
 *   node scripts/api.mjs          writes the texts anew, from what is built
 *   node scripts/api.mjs --check  fails where one differs
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { describeModules, publicModules, repository } from "./api/describe.mjs";

const modules = publicModules();
const texts = describeModules(modules);
for (const [index, { module, snapshot }] of modules.entries()) {
  const before = existsSync(snapshot) ? readFileSync(snapshot, "utf8") : "";
  if (before === texts[index]) continue;
  const path = relative(repository, snapshot);
  if (process.argv.includes("--check")) {
    console.error(
      `the public API of ${module} is not that of ${path}: run \`npm run api\`, and add a changeset`,
    );
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(snapshot), { recursive: true });
  writeFileSync(snapshot, texts[index]);
  console.log(`wrote ${path}`);
}
