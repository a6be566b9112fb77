import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeGeoTiff, openGeoTiff } from "../src/index.js";
import { readWhole, sharedData } from "./helpers.js";

const layouts = sharedData("inputs/06-layouts");
const oddities = sharedData("inputs/07-georef-oddities");
const hostile = sharedData("hostile");

/** The file's strips are one behind the other, little-endian and plain: offset, width and height are all there is to know. */
function readPlainStrips(): number[] {
  const bytes = readFileSync(`${layouts}/strips_none.tif`);
  const first = bytes.length - 465 * 457 * 2;
  return Array.from({ length: 465 * 457 }, (_, i) => bytes.readUInt16LE(first + 2 * i));
}

describe.skipIf(!existsSync(layouts))("the same pixels in 27 layouts", () => {
  const pixels = existsSync(layouts) ? readPlainStrips() : [];
  const names = existsSync(layouts) ? readdirSync(layouts).filter((name) => name.endsWith(".tif")) : [];
  const special = ["strips_lzma.tif", "sparse_tiles.tif", "south_up.tif"];

  it("are all there", () => expect(names).toHaveLength(27));

  it.each(names.filter((name) => !special.includes(name)))("%s", async (name) => {
    const { data } = await readWhole(`${layouts}/${name}`, { band: name.startsWith("bands3") ? 2 : 1 });
    expect(differences(data, pixels)).toBe(0);
    const { affine } = await describeGeoTiff(`${layouts}/${name}`);
    expect(affine!.c).toBeCloseTo(-113.23958321278403, 9);
    expect(affine!.f).toBeCloseTo(37.512916763165805, 9);
  });

  it("south_up.tif, from the south", async () => {
    const { data } = await readWhole(`${layouts}/south_up.tif`);
    const flipped = Array.from({ length: 457 }, (_, row) =>
      pixels.slice((456 - row) * 465, (457 - row) * 465),
    ).flat();
    expect(differences(data, flipped)).toBe(0);
    const { affine } = await describeGeoTiff(`${layouts}/south_up.tif`);
    expect(affine).toMatchObject({ e: 0.0008333333332777843, f: 37.13208342985786 });
  });

  it("sparse_tiles.tif, but for the tile that is not there", async () => {
    const { data } = await readWhole(`${layouts}/sparse_tiles.tif`);
    const expected = pixels.map((value, i) => (i % 465 < 128 && i < 128 * 465 ? NaN : value));
    expect(differences(data, expected)).toBe(0);
  });

  it("strips_lzma.tif is refused by the name of its codec", async () => {
    await expect(readWhole(`${layouts}/strips_lzma.tif`)).rejects.toMatchObject({ message: /LZMA/ });
  });

  it("overviews, inside and beside the file", async () => {
    expect((await describeGeoTiff(`${layouts}/cog_deflate_overviews.tif`)).overviews).toEqual([
      { width: 232, height: 228 },
      { width: 116, height: 114 },
    ]);
    expect((await describeGeoTiff(`${layouts}/ext_ovr.tif`)).overviews).toEqual([
      { width: 233, height: 229 },
      { width: 117, height: 115 },
      { width: 59, height: 58 },
    ]);
  });
});

function differences(data: ArrayLike<number>, expected: ArrayLike<number>): number {
  let count = Math.abs(data.length - expected.length);
  for (let i = 0; i < expected.length; i++) if (!Object.is(data[i], expected[i])) count++;
  return count;
}

/** Affine maps and CRSs as gdalinfo 3.6 prints them. */
describe.skipIf(!existsSync(oddities))("odd georeferencing", () => {
  it.each([
    ["pixel_is_point_real", [30, 0, 323400.8531, 0, -30, 5105175.7835], "EPSG:26912"],
    [
      "south_up_real",
      [0.009999999142734793, 0, -119.54999689541293, 0, 0.00999999999999801, 36.550000000003664],
      "EPSG:4326",
    ],
    [
      "modeltransformation_unrotated",
      [0.010005529647693282, 0, -7.583906932854381, 0, -0.009986188755447628, 38.750354738325896],
      "EPSG:4326",
    ],
    ["rotated_modeltransformation", [1.5, -5, 1841001.75, -5, -1.5, 1144003.25], "EPSG:32611"],
    [
      "rotated_no_crs",
      [17.320508075688775, 4.999999999999999, 100, 9.999999999999998, -8.660254037844387, 200],
      undefined,
    ],
    [
      "rotated_sar_32759",
      [
        -0.14299987236417117, -0.5767759114507439, 337430.64058639907, -0.5767759114507457,
        0.14299987236414916, 7840214.82163911,
      ],
      "EPSG:32759",
    ],
    ["no_crs_float_nan", [100, 0, 0, 0, 100, 0], undefined],
    [
      "no_crs_looks_lonlat",
      [0.008333333333333337, 0, 5.741666666666666, 0, -0.008333333333333333, 50.19166666666666],
      undefined,
    ],
    [
      "wrong_crs_label_3857",
      [0.008333333333333337, 0, 5.741666666666666, 0, -0.008333333333333333, 50.19166666666666],
      "EPSG:3857",
    ],
    [
      "custom_crs_polar_hughes",
      [25000, 0, -3950000, 0, -25000, 4350000],
      "+proj=stere +lat_0=-90 +lat_ts=-70 +lon_0=0 +x_0=0 +y_0=0 +units=m +a=6378273 +rf=298.279411123064 +no_defs",
    ],
  ])("%s", async (name, affine, crs) => {
    const source = await openGeoTiff({ path: `${oddities}/${name}.tif`, band: 1, scaled: true });
    const { a, b, c, d, e, f } = source.affine;
    for (const [i, value] of [a, b, c, d, e, f].entries()) {
      expect(Math.abs(value - affine[i]!)).toBeLessThanOrEqual(1e-12 * Math.abs(affine[i]!));
    }
    expect(source.crs).toBe(crs);
    await source.close();
  });

  it("esri_pe_string_crs has its WKT without the vertical part", async () => {
    const { crs } = await describeGeoTiff(`${oddities}/esri_pe_string_crs.tif`);
    expect(crs).toMatch(
      /^PROJCS\["USA_Contiguous_Albers_Equal_Area_Conic_USGS_version",GEOGCS\[.*UNIT\["Meter",1\.0\]\]$/,
    );
    expect(crs).not.toMatch(/VERTCS/);
  });

  it.each([
    ["gcp_only_32618", /4 ground control points/],
    ["no_georef_at_all", /no georeferencing/],
  ])("%s is refused", async (name, message) => {
    await expect(readWhole(`${oddities}/${name}.tif`)).rejects.toMatchObject({ kind: "input", message });
  });
});

describe.skipIf(!existsSync(hostile))("hostile files", () => {
  const refused: Readonly<Record<string, RegExp>> = {
    t01_truncated_half: /strip 28 should be .* but the file has only 213016 bytes/,
    t03_truncated_in_ifd: /truncated within the image directory/,
    t05_html_page: /not a TIFF file: it looks like a web page/,
    t09_huge_dimensions: /2147483647/,
    t11_zero_width: /ImageWidth is 0/,
    t13_zero_samples: /SamplesPerPixel is 0/,
    t15_deflate_overlong_tile: /tile 0 .*more than the 65536 bytes/,
    t17_bitflip_lzw: /strip 5: corrupt LZW data/,
    t25_pixel_scale_zero: /ModelPixelScale is 0/,
    t27_tiepoint_inf: /tie point .* is not finite/,
    t29_jpeg2000_code: /JPEG 2000/,
    t31_complex64: /complex samples/,
    t41_fuzz_inf_loop: /./,
    t43_fuzz_oom_crash: /./,
    t45_fuzz_oom_crash: /./,
    t47_fuzz_divide_by_zero: /./,
    t49_fuzz_divide_by_zero: /./,
  };

  it.each(Object.entries(refused))("%s is refused", async (name, message) => {
    const path = `${hostile}/${name}.tif`;
    await expect(readWhole(path)).rejects.toMatchObject({ kind: "input", message, place: { file: path } });
  });

  it.each([
    ["t07_ifd_loop", [/loops back/], 1842.548],
    ["t19_strip_bytecount_huge", [], 1842.548],
    ["t21_nodata_text", [/"none" is not a number/], 1842.548],
    ["t23_nodata_nan_in_int", [], 1842.548],
    ["t33_all_nodata", [], NaN],
  ])("%s is read", async (name, warnings, mean) => {
    const whole = await readWhole(`${hostile}/${name}.tif`);
    const values = Array.from(whole.data).filter((value) => !Number.isNaN(value));
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    if (Number.isNaN(mean)) expect(values).toEqual([]);
    else expect(average).toBeCloseTo(mean, 3);
    expect(whole.warnings).toEqual(warnings.map((warning) => expect.stringMatching(warning) as string));
  });

  it("are all looked at", () => {
    const known = [...Object.keys(refused), "t07", "t19", "t21", "t23", "t33"];
    const files = readdirSync(hostile).filter((name) => name.endsWith(".tif"));
    for (const name of files) expect(known.some((start) => name.startsWith(start))).toBe(true);
  });
});
