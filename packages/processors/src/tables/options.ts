import * as z from "zod";

/** Options of a table source, under the dataset's `options:`. */
export const tableOptions = z.strictObject({
  /** Whether fields of a text may stand in double quotes. Default: yes, but in tab-separated text only if it shows some. */
  quoted: z.boolean().optional(),
});

export type TableOptions = z.infer<typeof tableOptions>;
