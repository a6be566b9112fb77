import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { parseMemoryLimit } from "../../src/config/memory-limit.js";

describe("memory limits", () => {
  it("are the bytes that DuckDB takes the same text for", async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    const texts = [
      "512MB",
      "512 mb",
      "2GiB",
      "1.5GB",
      "300000KB",
      "900000KiB",
      "3g",
      "0.5TB",
      "250M",
      "99999999b",
    ];
    for (const text of texts) {
      await connection.run(`SET memory_limit = '${text}'`);
      const reader = await connection.runAndReadAll("SELECT current_setting('memory_limit')");
      expect(`${text} ${asDuckDB(bytesOf(text))}`).toBe(`${text} ${String(reader.getRows()[0]![0])}`);
    }
    connection.closeSync();
  });

  it("may be a share", () => {
    expect(parseMemoryLimit("80%")).toEqual({ share: 0.8 });
    expect(parseMemoryLimit(" 12.5 % ")).toEqual({ share: 0.125 });
    expect(parseMemoryLimit("100%")).toEqual({ share: 1 });
  });

  it.each(["", "80", "0%", "101%", "-1GB", "1e9B", "0MB", "GB", "5 parsec", "1,5GB", "99999999TB", "%"])(
    "refuses %j",
    (text) => {
      expect(parseMemoryLimit(text)).toBeUndefined();
    },
  );
});

function bytesOf(text: string): number {
  const limit = parseMemoryLimit(text);
  return limit && "bytes" in limit ? limit.bytes : NaN;
}

/** DuckDB prints sizes in binary units with one decimal, cut off. */
function asDuckDB(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), 4);
  return `${(Math.floor((bytes / 1024 ** power) * 10) / 10).toFixed(1)} ${units[power]}`;
}
