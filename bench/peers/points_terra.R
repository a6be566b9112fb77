# terra: the values of layers at points and at background cells without a point, to CSV.
#   Rscript points_terra.R RECORDS.csv OUT.csv BACKGROUND near|bilinear|cell|buffer INPUT.tif ...
suppressPackageStartupMessages(library(terra))
args <- commandArgs(trailingOnly = TRUE)
layers <- rast(args[-(1:4)])
names(layers) <- paste0("layer", seq_len(nlyr(layers)))
records <- read.csv(args[1])
xy <- as.matrix(records[, c("decimalLongitude", "decimalLatitude")])
taken <- proc.time()[["elapsed"]]
found <- if (args[4] == "buffer") {
  extract(layers, buffer(vect(xy, crs = "EPSG:4326"), 20000), fun = mean, weights = TRUE, na.rm = TRUE, ID = FALSE)
} else {
  extract(layers, xy, method = if (args[4] == "bilinear") "bilinear" else "simple")
}
cat("extract", proc.time()[["elapsed"]] - taken, "\n")
presence <- data.frame(x = xy[, 1], y = xy[, 2], species = records$species, presence = 1, found)
# Cells with a record are no background.
mask <- layers[[1]]
mask[cellFromXY(mask, xy)] <- NA
set.seed(1)
drawn <- spatSample(mask, as.integer(args[3]), "random", na.rm = TRUE, cells = TRUE, xy = TRUE)
absence <- data.frame(x = drawn$x, y = drawn$y, species = NA, presence = 0, extract(layers, drawn$cell))
write.csv(rbind(presence, absence), args[2], row.names = FALSE, quote = FALSE, na = "")
