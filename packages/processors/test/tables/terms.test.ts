import { join } from "node:path";
import { Grid, quoteLiteral } from "@quadrat/core";
import { describe, expect, it } from "vitest";
import { useBench } from "./support.js";

const bench = useBench();
const globe = new Grid({ crs: "EPSG:4326", resolution: [10, 10], bounds: [-180, -90, 180, 90] });
const cell = 4 * 36 + 19;
const address = "http://rs.tdwg.org/dwc/terms/";
const how = { grid: globe };

async function parquet(name: string, query: string): Promise<string> {
  const path = await bench.put(name, "");
  await bench.store.exec(`COPY (${query}) TO ${quoteLiteral(path)} (FORMAT parquet)`);
  return path;
}

describe("a column is found by its term", () => {
  it.each([
    ["dwc:decimalLongitude", "dwc:decimalLatitude"],
    [`${address}decimalLongitude`, `${address}decimalLatitude`],
    ["https://rs.tdwg.org/dwc/iri/decimalLongitude", " DWC:DECIMALLATITUDE "],
    ["decimallongitude", "DecimalLatitude"],
  ])("in text and Parquet: %s, %s", async (x, y) => {
    const text = await bench.put("a.tsv", `id\t${x}\t${y}\n1\t10.5\t40.5\n`);
    const file = await parquet("a.parquet", `SELECT 1 AS id, 10.5 AS "${x}", 40.5 AS "${y}"`);
    for (const path of [text, file]) {
      expect((await bench.lay(path, {}, how)).cells).toEqual([[cell, 1]]);
      const asked = { x: "dwc:decimalLongitude", y: `${address}decimalLatitude` };
      expect((await bench.lay(path, asked, how)).cells).toEqual([[cell, 1]]);
    }
  });

  it("unless a column has the very name, and is refused where two fit", async () => {
    const own = "dwc:decimalLongitude,decimalLongitude,decimalLatitude\n-170,10.5,40.5\n";
    expect((await bench.lay(await bench.put("own.csv", own), {}, how)).cells).toEqual([[cell, 1]]);
    const path = await bench.put(
      "two.csv",
      `dwc:decimalLongitude,${address}decimalLongitude,decimalLatitude\n1,1,1\n`,
    );
    const { message, hint, kind } = await bench.refusal(path, {}, how);
    expect(kind).toBe("usage");
    expect(message).toBe(
      `${path}: columns 1 and 2 are both of the term "decimalLongitude": "dwc:decimalLongitude", "${address}decimalLongitude"`,
    );
    expect(hint).toBe("give one of these names in full");
  });

  it("but not by a part of a name", async () => {
    const path = await bench.put("part.csv", "site/decimalLongitude,the decimalLatitude\n1,1\n");
    expect((await bench.refusal(path, {}, how)).message).toContain(
      'column "decimalLongitude" does not exist',
    );
  });
});

describe("the species", () => {
  const species = { measure: "species" } as const;
  const rows = (names: string): string =>
    `decimalLongitude,decimalLatitude,${names}\n10.5,40.5,a,x\n10.5,40.5,b,x\n`;

  it("is by default the column species, or else scientificName", async () => {
    for (const [names, count] of [
      ["species,scientificName", 2],
      ["dwc:scientificName,taxonKey", 2],
      ["scientificName,SPECIES", 1],
    ] as const) {
      const path = await bench.put("s.csv", rows(names));
      expect((await bench.lay(path, species, how)).cells).toEqual([[cell, count]]);
    }
    const path = await bench.put("key.csv", rows("species,taxonKey"));
    expect((await bench.lay(path, { ...species, species: "taxonKey" }, how)).cells).toEqual([[cell, 1]]);
    const none = await bench.put("none.csv", rows("name,key"));
    expect((await bench.refusal(none, species, how)).message).toContain('column "species" does not exist');
  });

  it("is the same column in all files of a table", async () => {
    await bench.put("many/1.csv", rows("scientificName,a"));
    await bench.put("many/2.csv", rows("species,scientificName"));
    expect((await bench.lay(join(bench.folder, "many"), species, how)).cells).toEqual([[cell, 3]]);
  });
});

describe("a snapshot of GBIF", () => {
  it("is a folder of Parquet files without endings, its columns in lower case", async () => {
    const place = "10.5::DOUBLE AS decimallongitude, 40.5::DOUBLE AS decimallatitude";
    for (const [part, names] of ["'a', 'b'", "'b', NULL"].entries()) {
      await parquet(
        `occurrence.parquet/00000${part}`,
        `SELECT ${place}, unnest([${names}]) AS species, 7 AS specieskey`,
      );
    }
    const path = join(bench.folder, "occurrence.parquet");
    expect((await bench.lay(path, {}, how)).cells).toEqual([[cell, 4]]);
    const { cells, report } = await bench.lay(path, { measure: "species" }, how);
    expect(cells).toEqual([[cell, 2]]);
    expect(report.warnings).toEqual(["1 record without a name: not counted for any species"]);
    expect((await bench.lay(path, { measure: "species", species: "speciesKey" }, how)).cells).toEqual([
      [cell, 1],
    ]);
  });
});
