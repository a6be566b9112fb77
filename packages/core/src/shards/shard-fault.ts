import { isQuadratError, QuadratError } from "../errors.js";
import { causesOf, systemCode, systemPath } from "../system/codes.js";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  EROFS: "its file system is read-only",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ENOENT: "it was removed or renamed",
  ENOTDIR: "it was removed or renamed",
  EISDIR: "a folder has the name of the result",
  EIO: "its disk fails",
  ESTALE: "the file server has lost it",
};

/**
 * The error of a process that can't write in the folder of a plan; undefined for other failures.
 * @param then what to do when the cause is gone
 */
export function shardFault(
  error: unknown,
  folder: string,
  then = "run the same shard again",
): QuadratError | undefined {
  for (const cause of causesOf(error)) {
    // What can't be written may have been said of a single file already.
    if (isQuadratError(cause) && !["internal", "plugin", "output"].includes(cause.kind)) return undefined;
    const code = systemCode(cause) ?? "";
    const path = systemPath(cause);
    const full = code === "ENOSPC" || code === "EDQUOT";
    const { dest } = cause as { readonly dest?: unknown };
    if (reasons[code] === undefined || !(path === undefined ? full : path.startsWith(folder))) continue;
    return new QuadratError("output", `can't write in ${folder}: ${reasons[code]}`, {
      cause: error,
      hint: full
        ? `free some space on its file system, then ${then}`
        : code === "EISDIR" && typeof dest === "string"
          ? `remove ${dest}, then ${then}`
          : `check the folder on this machine, then ${then}`,
      place: { file: folder },
    });
  }
  return undefined;
}
