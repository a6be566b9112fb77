import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { licenseOfGeoTiff } from "@quadrat/geotiff";
import { licenseOfArrays } from "@quadrat/multidim";
import { describe, expect, it } from "vitest";
import { licenseInEml, licenseOfArchive } from "../../src/tables/archive/license.js";
import { zip } from "../tables/zip.js";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/licences/${name}`, import.meta.url));

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "quadrat-licences-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As GBIF writes it. */
const rights = `<eml:eml xmlns:eml="eml://ecoinformatics.org/eml-2.1.1"><dataset><title>License of titles</title>
  <intellectualRights><para>This work is licensed under a
    <ulink url="http://creativecommons.org/licenses/by/4.0/legalcode"><citetitle>Creative Commons Attribution (CC-BY) 4.0 License</citetitle></ulink>.</para>
  </intellectualRights></dataset></eml:eml>`;

describe("the licence that an input states", () => {
  it("is the tag Copyright of a GeoTIFF, or an item of its metadata", async () => {
    expect(await licenseOfGeoTiff(fixture("copyright.tif"))).toBe("Copyright 2020 A. Author, CC BY 4.0");
    expect(await licenseOfGeoTiff(fixture("item.tif"))).toBe("CC0 & none other");
    expect(await licenseOfGeoTiff(fixture("none.tif"))).toBeUndefined();
  });

  it("is the attribute of a NetCDF file of either format", async () => {
    expect(await licenseOfArrays(fixture("classic.nc"))).toBe("ODbL-1.0");
    expect(await licenseOfArrays(fixture("four.nc"))).toBe("CC-BY-NC-4.0");
  });

  it("is the attribute of a Zarr store of either version", () =>
    inFolder(async (folder) => {
      for (const [name, files] of Object.entries({
        two: { ".zgroup": { zarr_format: 2 }, ".zattrs": { license: "CC-BY-4.0" } },
        three: { "zarr.json": { zarr_format: 3, node_type: "group", attributes: { License: "CC-BY-4.0" } } },
      })) {
        await mkdir(join(folder, name));
        for (const [file, json] of Object.entries(files))
          await writeFile(join(folder, name, file), JSON.stringify(json));
        expect(await licenseOfArrays(join(folder, name))).toBe("CC-BY-4.0");
      }
    }));

  it("is in the description of a Darwin Core Archive", () =>
    inFolder(async (folder) => {
      const archive = join(folder, "a.zip");
      await writeFile(
        archive,
        zip([
          { name: "meta.xml", content: "<archive/>" },
          { name: "eml.xml", content: rights },
        ]),
      );
      expect(await licenseOfArchive(archive)).toBe(
        "This work is licensed under a Creative Commons Attribution (CC-BY) 4.0 License., http://creativecommons.org/licenses/by/4.0/legalcode",
      );
      await writeFile(archive, zip([{ name: "occurrence.txt", content: "a\n" }]));
      expect(await licenseOfArchive(archive)).toBeUndefined();
      expect(await licenseOfArchive(join(folder, "records.csv"))).toBeUndefined();
    }));

  it("is named by the newer element of EML, and never the cause of a failure", () => {
    const named = `<eml><dataset>${rights.slice(rights.indexOf("<intellectualRights"), rights.indexOf("</dataset>"))}
      <licensed><licenseName>CC BY 4.0</licenseName><url>https://spdx.org/licenses/CC-BY-4.0</url></licensed></dataset></eml>`;
    expect(licenseInEml(named)).toBe("CC BY 4.0, https://spdx.org/licenses/CC-BY-4.0");
    expect(licenseInEml("<eml><dataset><intellectualRights>CC0</intellectualRights></broken")).toBe("CC0");
    expect(licenseInEml("<eml/>")).toBeUndefined();
    expect(
      licenseInEml(`<eml><intellectualRights>${"a ".repeat(5000)}</intellectualRights></eml>`),
    ).toHaveLength(1001);
  });
});
