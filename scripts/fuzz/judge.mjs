/** Exit codes that the command documents. */
const codes = [0, 1, 2, 3];

/** What is wrong with how a command ended, in words; undefined if it ended as it may whatever the input is. */
export function judge({ code, stderr = "", left = [], crash, hung, bytes, signal }) {
  if (crash !== undefined) return crash;
  if (hung !== undefined) return `no end in ${hung} s`;
  if (bytes !== undefined) return `${Math.round(bytes / 1e6)} MB more memory`;
  if (signal !== undefined) return `the process ended by itself: ${signal}`;
  if (!codes.includes(code)) return `exit code ${code}`;
  const errors = stderr.split("\n").filter(Boolean).flatMap(errorsIn);
  if (code === 0 && errors.length > 0) return `exit code 0 with an error: ${errors[0].message}`;
  if (code !== 0 && errors.length === 0) return `exit code ${code} without an error`;
  for (const { kind, message } of errors) {
    if (kind === "internal" || kind === "plugin") return `an error without a kind of its own: ${message}`;
    if (/\bINTERNAL Error\b|\[object |^\s+at .+:\d+:\d+/m.test(message))
      return `a message of the inside: ${message}`;
  }
  const partial = left.find((name) => name.endsWith(".partial"));
  if (partial !== undefined) return `${partial} is left`;
  if (code !== 0 && left.some((name) => name.startsWith("merged")))
    return "an output of a run that failed is left";
  return undefined;
}

function errorsIn(line) {
  try {
    const told = JSON.parse(line);
    return told.level === "error" ? [told] : [];
  } catch {
    return [];
  }
}
