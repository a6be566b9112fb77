/**
 * The address of a module for worker threads, which run compiled code: when run from source, as in tests, that is the
 * last build.
 * @param importer `import.meta.url` of the module that names it
 * @param path relative to the importer, as in an import
 */
export function threadModule(importer: string, path: string): string {
  const compiled = importer.endsWith(".ts") ? importer.replace(/\/src\/(?!.*\/src\/)/, "/dist/") : importer;
  return new URL(path, compiled).href;
}
