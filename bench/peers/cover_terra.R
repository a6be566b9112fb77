# The sum of the covered fractions of cells by polygons, one after the other: terra adds nothing itself.
#   Rscript cover_terra.R POLYGONS RESOLUTION
suppressPackageStartupMessages(library(terra))
arguments <- commandArgs(trailingOnly = TRUE)
polygons <- vect(arguments[1])
resolution <- as.numeric(arguments[2])
total <- rast(xmin = -180, xmax = 180, ymin = -90, ymax = 90, resolution = resolution, crs = "EPSG:4326")
sums <- numeric(ncell(total))
for (i in seq_len(nrow(polygons))) {
  one <- polygons[i]
  # Only where the polygon is: on the whole globe each would take seconds.
  part <- crop(total, ext(one), snap = "out")
  cover <- rasterize(one, part, cover = TRUE, background = 0)
  cells <- cells(total, ext(part))
  sums[cells] <- sums[cells] + values(cover, mat = FALSE)
}
values(total) <- sums
writeRaster(total, tempfile(fileext = ".tif"), datatype = "FLT4S")
