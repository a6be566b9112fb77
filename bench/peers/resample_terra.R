# terra: average to 0.1 degree, to one data frame, rows with any value to CSV.
#   Rscript resample_terra.R OUT.csv INPUT.tif ...
suppressPackageStartupMessages(library(terra))
args <- commandArgs(trailingOnly = TRUE)
layers <- rast(args[-1])
names(layers) <- paste0("layer", seq_along(args[-1]))
target <- rast(ext(-180, 180, -90, 90), resolution = 0.1, crs = "EPSG:4326")
cells <- resample(layers, target, method = "average", threads = TRUE)
frame <- as.data.frame(cells, xy = TRUE, na.rm = NA)
if (requireNamespace("data.table", quietly = TRUE)) {
  data.table::fwrite(frame, args[1])
} else {
  write.csv(frame, args[1], row.names = FALSE, quote = FALSE, na = "")
}
