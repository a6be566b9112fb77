/** Whether a path is an address such as `https://host/file.tif`. */
export function isAddress(path: string): boolean {
  return /^[a-z][a-z\d+.-]+:\/\//i.test(path);
}

/**
 * The address in the form in which it is asked for: `s3://bucket/key` as the HTTPS address of the public bucket.
 * @throws TypeError if it is not an address
 */
export function toAddress(path: string): string {
  const bucket = /^s3:\/\/([^/?#]+)\/([^?#]+)$/i.exec(path);
  if (!bucket) return new URL(path).href;
  const [, name, key] = bucket;
  const escaped = key!.split("/").map(encodeURIComponent).join("/");
  // The certificate of *.s3.amazonaws.com does not hold for names with dots.
  return name!.includes(".")
    ? new URL(`https://s3.amazonaws.com/${name}/${escaped}`).href
    : new URL(`https://${name}.s3.amazonaws.com/${escaped}`).href;
}

/** The path of an address without host and query, whose ending tells the format; any other path as it is. */
export function pathInAddress(path: string): string {
  return isAddress(path) ? path.replace(/^[^:]+:\/\/[^/?#]*/, "").replace(/[?#].*$/s, "") : path;
}

/** An address as messages may show it: a server may redirect to one whose query is a signature. */
export function shownAddress({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}

/** Parameters by which addresses are signed, or which carry a key. */
const signing =
  /^(x-(amz|goog)-.*|awsaccesskeyid|googleaccessid|signature|sig|se|sv|sp|key-pair-id|policy|(api|access|auth|subscription)?[-_]?(key|token)|password|secret)$/i;

const download = "download it and give the path of the local copy";

/** The fault of an address as such, with what to do; it does not repeat what may be secret. Undefined if there is none. */
export function addressFault(path: string): string | undefined {
  const scheme = path.slice(0, path.indexOf(":")).toLowerCase();
  if (!["http", "https", "s3"].includes(scheme))
    return `inputs are files, or GeoTIFF at http://, https:// and s3:// (of public buckets), not ${scheme}://; ${download}`;
  if (scheme === "s3" && !/^s3:\/\/[^/?#@:]+\/[^?#]+$/i.test(path))
    return "an address of this kind is s3://bucket/key, of a public bucket; others as https://";
  let url: URL;
  try {
    url = new URL(toAddress(path));
  } catch {
    return "this is not an address, which has a host and a path, as https://host/file.tif";
  }
  if (url.username !== "" || url.password !== "")
    return `the address contains a user name or password: Quadrat sends none, and addresses are written into logs and metadata; ${download}`;
  if ([...url.searchParams.keys()].some((name) => signing.test(name)))
    return `the address contains a signature or key: Quadrat uses public addresses alone, because they are written into logs and metadata; ${download}`;
  if (path.includes("#")) return "an address of a file has no #; write %23 if it is part of a name";
  if (/[*[\]]|\{[^}]*\}/.test(pathInAddress(path)))
    return "an address is that of one file, as servers do not list theirs: make an entry of each; write %2A, %5B or %7B if it is part of a name";
  return undefined;
}

/** What else an address may not be: an input of another kind than a raster. */
export function foreignAddressFault(what: string): string {
  return `${what} are read from files: of addresses only GeoTIFF is read; ${download}`;
}

export const offlineFault = `\`offline: true\` allows no address; ${download}, or remove \`offline\``;
