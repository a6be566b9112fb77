// Tells Nx whether the larger test data stand beside the clone: tests that read them are skipped where they don't,
// so a remembered result of one kind must not stand for the other.
import { existsSync } from "node:fs";

const folder = new URL("../../shared/data/cases", import.meta.url);
console.log(existsSync(folder) ? "with shared data" : "without shared data");
