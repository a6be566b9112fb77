/** How DuckDB and Node word the operating system's refusals, by the system's own codes. */
const phrases: readonly (readonly [code: string, phrase: RegExp])[] = [
  ["ENOSPC", /no space left on device/i],
  ["EDQUOT", /disk quota exceeded/i],
  ["EMFILE", /too many open files(?! in system)/i],
  ["ENFILE", /too many open files in system|file table overflow/i],
  ["EFBIG", /file too large/i],
  ["EROFS", /read-only file system/i],
  ["EACCES", /permission denied/i],
  ["EPERM", /operation not permitted/i],
  ["EIO", /input\/output error/i],
  ["ENOTDIR", /not a directory/i],
  ["EISDIR", /is a directory/i],
  ["ENOENT", /no such file or directory/i],
];

/** The code of a refusal by the operating system, however it is worded; undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === "string" && /^E[A-Z0-9]+$/.test(code)) return code;
  if (typeof message !== "string") return undefined;
  const duckDb = /\b(IO Error|Could not|Cannot open|Failed to)\b/.test(message);
  // An error from a worker thread has lost its code.
  return phrases.find(
    ([name, phrase]) =>
      message.includes(`${name}: `) || message.endsWith(`: ${name}`) || (duckDb && phrase.test(message)),
  )?.[0];
}

/** The file that a refusal is about, if the error names it. */
export function systemPath(error: unknown): string | undefined {
  const { path, message } = (error ?? {}) as { readonly path?: unknown; readonly message?: unknown };
  if (typeof path === "string") return path;
  if (typeof message !== "string") return undefined;
  return /\bfile "([^"]+)"/i.exec(message)?.[1] ?? /, \w+ '([^']+)'/.exec(message)?.[1];
}

/** An error and its causes, outermost first. */
export function* causesOf(error: unknown): Generator<Error> {
  let cause = error;
  for (let depth = 0; cause instanceof Error && depth < 8; depth++, cause = cause.cause) yield cause;
}

/** What to do if the system can't read or write a disk (EIO). */
export const failingDisk = "check the disk, or the connection to it if it is a network disk";
