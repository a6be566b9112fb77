import type { Config } from "../config/types.js";
import { QuadratError } from "../errors.js";
import { isAddress, offlineFault } from "./address.js";
import { inRemoteScope } from "./scope.js";

/** What a configuration says about inputs. */
export type NamedInputs = Pick<Config, "datasets"> & Partial<Pick<Config, "grid" | "mask" | "offline">>;

/** Whether any input is at an address. */
export function hasAddresses({ datasets, grid, mask }: NamedInputs): boolean {
  const paths = [...Object.values(datasets).map(({ path }) => path), mask?.path, grid?.like];
  return paths.some((path) => path !== undefined && isAddress(path));
}

const MiB = 2 ** 20;

/** Bytes of what was fetched that are kept, of this limit: so that neighbouring windows and threads do not fetch it again. */
export function fetchedBytes(limitBytes: number): number {
  return Math.floor(Math.min(64 * MiB, Math.max(8 * MiB, limitBytes / 32)));
}

/** The same with what is on its way: from servers, and to the threads that asked for it. */
export function remoteBytes(limitBytes: number): number {
  return fetchedBytes(limitBytes) + 16 * MiB;
}

/**
 * Does work for which addresses are read, until the signal is aborted.
 * @throws QuadratError of kind "usage" if there are addresses and the configuration allows none
 */
export async function readingAddresses<T>(
  config: NamedInputs,
  { signal, limitBytes }: { readonly signal: AbortSignal; readonly limitBytes: number },
  work: () => Promise<T>,
): Promise<T> {
  if (!hasAddresses(config)) return work();
  if (config.offline) throw new QuadratError("usage", offlineFault, { place: { key: "offline" } });
  const { remoteFiles } = await import("./open-remote.js");
  remoteFiles.limit(fetchedBytes(limitBytes));
  return inRemoteScope({ signal }, work);
}
