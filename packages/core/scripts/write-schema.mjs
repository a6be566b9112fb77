// Writes schema/quadrat.schema.json from the schema that configurations are checked by. Run after `npm run build`.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as prettier from "prettier";
import { configJsonSchema } from "../dist/config/json-schema.js";

const file = fileURLToPath(new URL("../../../schema/quadrat.schema.json", import.meta.url));
const options = await prettier.resolveConfig(file);
await writeFile(
  file,
  await prettier.format(JSON.stringify(configJsonSchema()), { ...options, filepath: file }),
);
