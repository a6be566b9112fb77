import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load.js";
import { problemsOf } from "./problems.js";
import { addressFault, isAddress, pathInAddress, toAddress } from "../../src/remote/address.js";

describe("addresses", () => {
  it("are told from paths", () => {
    for (const path of ["https://host/a.tif", "HTTP://host/a.tif", "s3://bucket/a.tif", "ftp://host/a.tif"])
      expect(isAddress(path), path).toBe(true);
    for (const path of ["a.tif", "/data/a.tif", "C:\\data\\a.tif", "c://a.tif", "data/https:/a.tif"])
      expect(isAddress(path), path).toBe(false);
  });

  it("of buckets are HTTPS addresses", () => {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    expect(toAddress("s3://copernicus-dem-30m/a/b c+d.tif")).toBe(
      "https://copernicus-dem-30m.s3.amazonaws.com/a/b%20c%2Bd.tif",
    );
    expect(toAddress("s3://my.bucket/key.tif")).toBe("https://s3.amazonaws.com/my.bucket/key.tif");
    expect(toAddress("https://Host/a b.tif?download=1")).toBe("https://host/a%20b.tif?download=1");
  });

  it("have a path, whose ending counts", () => {
    expect(pathInAddress("https://host/a/b.tif?x=.csv")).toBe("/a/b.tif");
    expect(pathInAddress("https://host.tif")).toBe("");
    expect(pathInAddress("a?.tif")).toBe("a?.tif");
  });

  it.each([
    ["https://user@host/a.tif", /user name or password/],
    ["https://user:hunter2@host/a.tif", /user name or password/],
    ["s3://key:hunter2@bucket/a.tif", /s3:\/\/bucket\/key/],
    ["https://host/a.tif?X-Amz-Signature=hunter2&X-Amz-Date=1", /signature or key/],
    ["https://host/a.tif?sv=2020&sig=hunter2", /signature or key/],
    ["https://host/a.tif?token=hunter2", /signature or key/],
    ["https://host/a.tif?api_key=hunter2", /signature or key/],
    ["https://host/a.tif#page", /no #/],
    ["https://host/a_*.tif", /one file/],
    ["https://host/a_{YYYY}.tif", /one file/],
    ["ftp://host/a.tif", /not ftp:\/\//],
    ["gs://bucket/a.tif", /not gs:\/\//],
    ["s3://bucket", /s3:\/\/bucket\/key/],
    ["https://", /host and a path/],
    ["http://host:port/a.tif", /host and a path/],
  ])("%s is refused, without repeating what may be secret", (path, message) => {
    expect(addressFault(path)).toMatch(message);
    expect(addressFault(path)).not.toContain("hunter2");
  });

  it.each(["https://host/a.tif", "https://host/f?id=3&download=1", "http://host:8080/a.tif", "s3://b/a.tif"])(
    "%s is not",
    (path) => expect(addressFault(path)).toBeUndefined(),
  );
});

const grid = "grid: {crs: EPSG:4326, resolution: 1, bounds: [0, 0, 1, 1]}\n";
const source = { file: "/study/config.yml" };

describe("a configuration", () => {
  it("has addresses as they are asked for", () => {
    const text = `grid: {like: "https://host/like.tif"}
mask: {path: "https://host/mask.tif"}
datasets:
  a: {path: "s3://bucket/a.tif"}
  b: {path: "https://host/f?id=3", kind: raster}
  c: {path: "https://host/c.dat", kind: raster, source: geotiff}
`;
    const config = parseConfig(text, source);
    expect(config.grid.like).toBe("https://host/like.tif");
    expect(config.mask?.path).toBe("https://host/mask.tif");
    expect(config.datasets["a"]?.path).toBe("https://bucket.s3.amazonaws.com/a.tif");
    expect(config.datasets["b"]?.path).toBe("https://host/f?id=3");
    expect(config.datasets["c"]?.kind).toBe("raster");
    expect(config.offline).toBeUndefined();
  });

  it.each([
    ['{path: "https://host/a.csv"}', "tables are read from files"],
    ['{path: "https://host/a.gpkg"}', "polygons are read from files"],
    ['{path: "https://host/a.nc"}', "NetCDF and HDF5 are read from files"],
    ['{path: "https://host/a.zarr"}', "Zarr stores are read from files"],
    ['{path: "https://host/a"}', "add kind: raster"],
    ['{path: "https://host/a.tif", source: netcdf}', "inputs of the source netcdf are read from files"],
    ['{path: "https://u:hunter2@host/a.tif"}', "user name or password"],
  ])("refuses %s", (dataset, message) => {
    const problems = problemsOf(() => parseConfig(`${grid}datasets:\n  far: ${dataset}\n`, source));
    expect(problems).toEqual([expect.stringContaining(message)]);
    expect(problems.join()).not.toContain("hunter2");
  });

  it("refuses all of them with offline: true, by any way in which it is set", () => {
    const text = `${grid}mask: {path: "https://host/mask.tif"}
datasets:
  a: {path: "https://host/a.tif"}
experiments:
  alone: {offline: true}
`;
    expect(parseConfig(text, source).offline).toBeUndefined();
    const offline: unknown = expect.stringContaining("`offline: true` allows no address");
    for (const how of [{ experiment: "alone" }, { overrides: ["offline=true"] }])
      expect(problemsOf(() => parseConfig(text, { ...source, ...how }))).toEqual([offline, offline]);
    const like = `grid: {like: "https://host/a.tif"}\noffline: true\ndatasets:\n  a: {path: a.tif}\n`;
    expect(problemsOf(() => parseConfig(like, source))).toEqual([offline]);
    expect(parseConfig(`${grid}offline: true\ndatasets:\n  a: {path: a.tif}\n`, source).offline).toBe(true);
  });
});
