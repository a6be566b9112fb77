import { defineConfig, mergeConfig } from "vitest/config";
import { shared } from "../../vitest.shared.js";

/** End-to-end tests start many processes. */
const patient = { test: { testTimeout: 900_000, hookTimeout: 900_000 } };

export default defineConfig(mergeConfig(shared, patient));
