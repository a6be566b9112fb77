import { ConfigError } from "../../src/config/problems.js";

/** The messages of the problems for which a configuration is refused; empty if it is not. */
export function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => message);
    throw error;
  }
  return [];
}
