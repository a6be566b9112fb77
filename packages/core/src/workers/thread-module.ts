/**
 * The address of a module for worker threads, which run compiled code: from source, in tests, that is the last build.
 * @param importer `import.meta.url` of the module that names it
 * @param path relative to that, as in an import
 */
export function threadModule(importer: string, path: string): string {
  const compiled = importer.endsWith(".ts") ? importer.replace(/\/src\/(?!.*\/src\/)/, "/dist/") : importer;
  return new URL(path, compiled).href;
}
