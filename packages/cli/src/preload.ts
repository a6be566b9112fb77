/**
 * Loads a command's modules one file at a time if the limit of open files is low. Modules that can't be loaded this way
 * are left to their imports.
 */
export async function preload(url: URL): Promise<void> {
  const files = await import("@quadrat/core/open-files").catch(() => undefined);
  files?.preloadModule(url.href);
}
