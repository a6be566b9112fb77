import { describe, expect, it } from "vitest";
import { createTransform, parseCrs } from "../src/index.js";
import { fixture } from "./support.js";

const forms = ["WKT1_GDAL", "WKT1_ESRI", "WKT2_2019", "PROJJSON"] as const;

type Texts = Readonly<Record<"crs" | (typeof forms)[number], string>>;

const texts = fixture<Texts[]>("texts").flatMap((row) =>
  forms.map((form) => ({ form, crs: row.crs, text: row[form] })),
);

describe("a system is the same as its code", () => {
  it.each(texts)("$crs as $form", ({ crs, text }) => {
    const [written, coded] = [parseCrs(text), parseCrs(crs)];
    expect(createTransform(written, coded).identity).toBe(true);
    expect(createTransform(coded, written).warnings).toEqual([]);
    expect(parseCrs(written.id).definition).toEqual(written.definition);
  });
});
