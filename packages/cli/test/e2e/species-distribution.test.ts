import { execFileSync, spawnSync } from "node:child_process";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { command, inFolder, readCsv, repository, type Row } from "./support/quadrat.js";
import { writeTiff } from "./support/tiff.js";

const hasTerra = spawnSync("Rscript", ["-e", "library(terra)"], { stdio: "ignore" }).status === 0;

/** What terra reads from the same files at the same points, and R's own test of ranks makes of the predictions. */
const peer = `
library(terra)
out <- commandArgs(trailingOnly = TRUE)[1]
points <- read.csv(file.path(out, "points.csv"))
places <- as.matrix(points[c("x", "y")])
cover <- rast("data/cover.tif")
share <- function(classes) aggregate(subst(cover, classes, 1, others = 0), 5, "mean")
cells <- c(share(c(1, 3)), share(2), share(4))
read <- data.frame(
  precip = extract(rast("../quickstart/data/annual-precip.tif"), places, method = "bilinear")[, 1],
  extract(cells, places))
names(read)[2:4] <- c("cover_land", "cover_lake", "cover_sea")
outline <- vect("data/lower48.geojson")
centres <- vect(as.matrix(read.csv(file.path(out, "merged.csv"))[c("x", "y")]), crs = crs(outline))
found <- read.csv(file.path(out, "predictions.csv"))
ranks <- vapply(split(found, found$fold), function(rows) {
  test <- suppressWarnings(wilcox.test(rows$predicted[rows$presence == 1], rows$predicted[rows$presence == 0]))
  unname(test$statistic) / (sum(rows$presence) * sum(rows$presence == 0))
}, 0)
write.csv(read, file.path(out, "terra.csv"), row.names = FALSE, quote = FALSE)
write.csv(data.frame(fold = names(ranks), auc = ranks), file.path(out, "ranks.csv"), row.names = FALSE, quote = FALSE)
cat(sum(!relate(centres, outline, "intersects")[, 1]), "outside\n")
`;

const numbers = (rows: readonly Row[], column: string): number[] => rows.map((row) => Number(row[column]));

async function example(folder: string): Promise<string> {
  for (const name of ["quickstart", "species-distribution"])
    await cp(join(repository, "examples", name), join(folder, name), { recursive: true });
  return join(folder, "species-distribution");
}

async function modelled(study: string, args: readonly string[] = []): Promise<string> {
  const { code, stderr } = await command(["run", "--config", join(study, "config.yml"), "--json", ...args]);
  if (code !== 0) throw new Error(stderr);
  return execFileSync("Rscript", ["fit.R", "output"], { cwd: study, encoding: "utf8" });
}

it.skipIf(!hasTerra)("the example's points have terra's values, and its AUC is R's", async () => {
  await inFolder(async (folder) => {
    const study = await example(folder);
    await modelled(study);
    await writeFile(join(study, "peer.R"), peer);
    const told = execFileSync("Rscript", ["peer.R", "output"], { cwd: study, encoding: "utf8" });
    expect(told).toContain("0 outside");

    const out = (name: string): Promise<Row[]> => readCsv(join(study, "output", name));
    const [points, read] = [await out("points.csv"), await out("terra.csv")];
    expect(points.length).toBe(read.length);
    // Whole degrees are float32; shares of 25 pixels are exact but for the last bit.
    for (const [column, digits] of Object.entries({
      precip: 2,
      cover_land: 12,
      cover_lake: 12,
      cover_sea: 12,
    })) {
      const [ours, theirs] = [numbers(points, column), numbers(read, column)];
      for (const [row, value] of ours.entries()) expect(value).toBeCloseTo(theirs[row]!, digits);
      expect(new Set(ours).size).toBeGreaterThan(2);
    }

    const habitat = await readCsv(join(folder, "quickstart/data/habitat.csv"));
    const place = (row: Row, x: string, y: string): string => `${Number(row[x])} ${Number(row[y])}`;
    const lived = new Set(
      habitat
        .filter((row) => Number(row["common_gartersnake"]) >= 0.8)
        .map((row) => place(row, "decimalLongitude", "decimalLatitude")),
    );
    const records = points.filter(({ presence }) => presence === "1");
    expect(records.length).toBeGreaterThan(300);
    for (const row of records) expect(lived).toContain(place(row, "x", "y"));
    expect(points.length - records.length).toBe(600);

    const [evaluation, ranks] = [await out("evaluation.csv"), await out("ranks.csv")];
    expect(numbers(evaluation, "fold")).toEqual([1, 2, 3, 4, 5]);
    for (const [fold, auc] of numbers(evaluation, "auc").entries())
      expect(auc).toBeCloseTo(numbers(ranks, "auc")[fold]!, 12);
    expect(numbers(evaluation, "records").reduce((a, b) => a + b)).toBe(records.length);
    for (const value of numbers(await out("suitability.csv"), "suitability"))
      expect(value >= 0 && value <= 1).toBe(true);
  });
});

/** terra's values of further layers at the points. */
const layersPeer = `
library(terra)
places <- as.matrix(read.csv("output/points.csv")[c("x", "y")])
layers <- rast(sprintf("bio_%d.tif", 1:19))
names(layers) <- sprintf("bio_%d", 1:19)
write.csv(extract(layers, places, method = "bilinear"), "output/terra.csv", row.names = FALSE, quote = FALSE)
`;

it.skipIf(!hasTerra)("nineteen layers in one line have terra's values, and are fitted", async () => {
  await inFolder(async (folder) => {
    const study = await example(folder);
    for (let layer = 1; layer <= 19; layer++) {
      const value = (col: number, row: number): number =>
        Math.fround(10 * Math.sin(col / (3 + layer)) + 7 * Math.cos((row * layer) / 19 + col / 11));
      const grid = { width: 120, height: 60, epsg: 4326, geographic: true, nodata: -9999 };
      await writeTiff(join(study, `bio_${layer}.tif`), {
        ...grid,
        origin: [-126, 51],
        pixel: [0.51, 0.51],
        value,
      });
    }
    const told = await modelled(study, ["--set", "datasets.bio.path=bio_*.tif"]);
    expect(told).toMatch(/mean AUC of the folds: 0\.\d+/);
    execFileSync("Rscript", ["-e", layersPeer], { cwd: study });
    const [points, read] = [
      await readCsv(join(study, "output/points.csv")),
      await readCsv(join(study, "output/terra.csv")),
    ];
    for (let layer = 1; layer <= 19; layer++) {
      const theirs = numbers(read, `bio_${layer}`);
      const ours = numbers(points, `bio_${layer}`);
      expect(ours.length).toBe(theirs.length);
      for (const [row, value] of ours.entries()) expect(value).toBeCloseTo(theirs[row]!, 4);
    }
  });
});
