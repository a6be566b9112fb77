/**
 * Fails where the public API has changed since a commit and no changeset tells users of it.
 *
 *   node scripts/check-changeset.mjs [COMMIT OR BRANCH=main]
 */
import { execFileSync } from "node:child_process";

const [base = "main"] = process.argv.slice(2);
const git = (...args) =>
  execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

let from;
try {
  from = git("merge-base", base, "HEAD");
} catch {
  console.log(`there is no ${base} to compare with: nothing is checked`);
  process.exit(0);
}
const changed = git("diff", "--name-status", "--no-renames", from)
  .split("\n")
  .filter(Boolean)
  .map((line) => line.split("\t"));
const fresh = git("ls-files", "--others", "--exclude-standard")
  .split("\n")
  .map((path) => ["A", path]);
const apis = changed
  .filter(([, path]) => /^packages\/[^/]+\/api\/.*\.api\.txt$/.test(path))
  .map(([, path]) => path);
const told = [...changed, ...fresh].some(
  ([status, path]) => status !== "D" && /^\.changeset\/(?!README)[^/]+\.md$/.test(path),
);
if (apis.length > 0 && !told) {
  console.error(
    `the public API has changed, and no changeset tells of it: ${apis.join(", ")}\n  hint: npm run changeset`,
  );
  process.exitCode = 1;
}
