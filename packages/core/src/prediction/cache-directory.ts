import { homedir } from "node:os";
import { join } from "node:path";

/** The system and user whose directory is wanted. */
export interface CacheHost {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/**
 * Where Quadrat keeps what may be lost: `QUADRAT_CACHE_DIR`, or `quadrat` in the user's cache directory, which is
 * `XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`, on Windows `%LOCALAPPDATA%`.
 */
export function cacheDirectory({ platform, env, home }: CacheHost = thisUser()): string {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  const own = given("QUADRAT_CACHE_DIR");
  if (own !== undefined) return own;
  if (platform === "win32") return join(given("LOCALAPPDATA") ?? join(home, "AppData", "Local"), "quadrat");
  if (platform === "darwin") return join(home, "Library", "Caches", "quadrat");
  return join(given("XDG_CACHE_HOME") ?? join(home, ".cache"), "quadrat");
}

function thisUser(): CacheHost {
  return { platform: process.platform, env: process.env, home: homedir() };
}
