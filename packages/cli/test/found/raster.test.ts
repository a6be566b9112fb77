import { cp } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command } from "../e2e/support/quadrat.js";
import { agreeWith, missing, runFolder, withFound } from "./support.js";

/** Sums of float64 in another order. */
const close = (expected: number) => 1e-12 * Math.abs(expected);

describe.skipIf(missing)("rasters from practice", () => {
  it.each<[string, readonly string[]]>([
    ["r01-alpha-band", ["red_average", "gray_average", "gray_sum", "gray_min"]],
    ["r10-lerc-rgba", ["lerc_rgba", "lerc_deflate_rgba", "lerc_rgba_tiled"]],
    [
      "r11-nodata-texts",
      [
        ...["comma", "spaces", "list", "hexunits", "esri", "esri2", "esri3"],
        ...["inf", "nanind", "dbl", "plus", "semi"],
      ],
    ],
    ["r12-lzw-short-end-code", ["value"]],
    ["r35-int64", ["small", "nodata"]],
  ])("%s", async (name, columns) => {
    await withFound(name, async (folder) => {
      await agreeWith(await runFolder(folder), join(folder, "expected.csv"), columns, close);
    });
  });

  it.each(["no_end_code", "no_end_code_padded", "right", "trailing"])("r12: %s.tif", async (file) => {
    await withFound("r12-lzw-short-end-code", async (folder) => {
      await cp(join(folder, `${file}.tif`), join(folder, "hansen_like.tif"));
      await agreeWith(await runFolder(folder), join(folder, "expected.csv"), ["value"], close);
    });
  });

  it("r53-one-large-compressed-strip, within 512 MB", async () => {
    await withFound("r53-one-large-compressed-strip", async (folder) => {
      const report = await runFolder(folder, ["--set", "memory.limit=512MB"]);
      await agreeWith(report, join(folder, "expected.csv"), ["v"], close);
      expect(report.peak_rss_bytes).toBeLessThan(512e6);
    });
  });

  it("r35-int64: an integer that no float64 holds is refused by name", async () => {
    await withFound("r35-int64", async (folder) => {
      await cp(join(folder, "big.tif"), join(folder, "small.tif"));
      const { code, stderr } = await command(["run", "--config", "config.yml"], { cwd: folder });
      expect(code).toBe(1);
      expect(stderr).toMatch(/the 64-bit integer 9007199254740993 is beyond 2\^53/);
      expect(stderr).toMatch(/hint: .*`nodata:`.*gdal_translate -ot Float64/);
    });
  });
});
