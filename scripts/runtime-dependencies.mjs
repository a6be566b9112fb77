// What holds for every package that users get with Quadrat, told from a `package-lock.json`. See SECURITY.md.

/** Licences under which code may come along, by their SPDX names. */
const allowed = new Set(["MIT", "ISC", "Apache-2.0", "0BSD", "BSD-2-Clause", "BSD-3-Clause"]);

/** The packages of a lock file that are installed without those for development, by where they are installed. */
export function runtimeDependencies({ packages = {} }) {
  return Object.entries(packages).filter(([path, { dev, link }]) => path !== "" && !dev && !link);
}

/** In words, everything that is not as SECURITY.md promises it. */
export function faultsOf(lock) {
  return runtimeDependencies(lock).flatMap(([path, { hasInstallScript, license, resolved }]) => [
    ...(hasInstallScript ? [`${path} has an install script`] : []),
    ...(isAllowed(license) ? [] : [`${path} has the licence ${license ?? "(none)"}, which is not allowed`]),
    ...(resolved === undefined || resolved.startsWith("https://registry.npmjs.org/")
      ? []
      : [`${path} is not from the npm registry but from ${resolved}`]),
  ]);
}

/** All of the licences joined by AND; one of those joined by OR. */
function isAllowed(license) {
  if (typeof license !== "string") return false;
  const terms = license.replace(/^\((.*)\)$/, "$1");
  if (/[()]/.test(terms)) return false;
  return terms.split(/ OR /).some((choice) => choice.split(/ AND /).every((name) => allowed.has(name)));
}
