import * as z from "zod";
import { configSchema } from "./schema.js";

/** The JSON schema of a configuration file, draft 7: editors use it to complete and check the file. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: "input", target: "draft-7", unrepresentable: "any" });
}
