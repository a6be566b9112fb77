import { inputError } from "../../../tables/faults.js";

/**
 * The CRS that the member `crs` names, which files of before RFC 7946 have; undefined without one, which means longitude and
 * latitude.
 */
export function crsOfMember(file: string, member: unknown): string | undefined {
  if (member === undefined || member === null) return undefined;
  const { type, properties } = member as { type?: unknown; properties?: { name?: unknown } | null };
  const name = properties?.name;
  if (type === "name" && typeof name === "string") {
    const urn = /^urn:(?:ogc|x-ogc):def:crs:(\w+):[^:]*:(\w+)$/i.exec(name.trim());
    const [authority, code] = urn ? [urn[1]!.toUpperCase(), urn[2]!] : name.trim().split(":");
    if (authority === "OGC" && /^CRS84h?$/i.test(code ?? "")) return undefined;
    if (code !== undefined && /^\d+$/.test(code)) return `${authority}:${code}`;
  }
  throw inputError(file, `the member \`crs\` names a system that is not known: ${JSON.stringify(member)}`, {
    hint: "give it in the configuration, such as `crs: EPSG:3035`",
  });
}
