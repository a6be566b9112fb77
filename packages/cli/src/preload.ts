/** Loads a command's modules file by file where few files may be open. What can't be loaded so is left to its import. */
export async function preload(url: URL): Promise<void> {
  const files = await import("@quadrat/core/open-files").catch(() => undefined);
  files?.preloadModule(url.href);
}
