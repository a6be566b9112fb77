import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

/**
 * What a benchmark was called with. `--help` prints the comment at the top of its file; what it doesn't know ends it with 2.
 * @param {string} script the benchmark's `import.meta.url`
 * @param {import("node:util").ParseArgsConfig} config
 */
export function commandLine(script, config) {
  const [comment = ""] = /\/\*\*[^]*?\*\//.exec(readFileSync(new URL(script), "utf8")) ?? [];
  const usage = comment.replaceAll(/^ ?(\/\*\*|\*\/|\*) ?/gm, "").trim();
  try {
    const parsed = parseArgs({ ...config, options: { ...config.options, help: { type: "boolean" } } });
    if (!parsed.values.help) return parsed;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    refuse(error.message);
  }
}

/** A whole number above zero. */
export function count(option, text) {
  return /^[1-9]\d*$/.test(text)
    ? Number(text)
    : refuse(`--${option} is ${text}: a whole number above 0 is needed`);
}

export function refuse(message, hint = "see --help") {
  console.error(`error: ${message}\n  hint: ${hint}`);
  process.exit(2);
}
