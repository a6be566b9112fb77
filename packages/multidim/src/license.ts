import { openContainer } from "./container.js";

/** Names of the attribute, of which ACDD has the first. */
const names = ["license", "licence", "rights"];

/** The licence that a file or folder states in its global attributes; undefined if it states none. */
export async function licenseOfArrays(path: string): Promise<string | undefined> {
  const container = await openContainer(path);
  try {
    const attributes = [...(await container.attributes())];
    for (const wanted of names) {
      const [, text] = attributes.find(([name]) => name.toLowerCase() === wanted) ?? [];
      if (typeof text === "string" && text.trim() !== "") return text.trim();
    }
    return undefined;
  } finally {
    await container.close();
  }
}
