import { ConfigError, parseConfig, type ConfigSource } from "../../src/host.js";

/** A configuration that holds; tests add to it or break it. */
export const sound = `grid: {crs: EPSG:4326, resolution: 0.5, bounds: [-10, 40, 10, 60]}
datasets:
  elevation: {path: data/elevation.tif}
`;

/** What a configuration is refused with, a line per problem; empty when it is accepted. */
export function refusal(text: string, source: Partial<ConfigSource> = {}): string[] {
  try {
    parseConfig(text, { file: "config.yml", ...source });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ at, key, message }) => {
      const place = [at.source, at.line, at.column].filter((part) => part !== undefined).join(":");
      return `${place} ${key}: ${message}`;
    });
  }
}
