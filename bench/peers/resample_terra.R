# terra: average to 0.1 degree, to one data frame, rows with any value to CSV, by R's own writer or data.table's.
#   Rscript resample_terra.R write.csv|fwrite OUT.csv INPUT.tif ...
suppressPackageStartupMessages(library(terra))
args <- commandArgs(trailingOnly = TRUE)
inputs <- args[-(1:2)]
layers <- rast(inputs)
names(layers) <- paste0("layer", seq_along(inputs))
target <- rast(ext(-180, 180, -90, 90), resolution = 0.1, crs = "EPSG:4326")
cells <- resample(layers, target, method = "average", threads = TRUE)
frame <- as.data.frame(cells, xy = TRUE, na.rm = NA)
if (args[1] == "fwrite") {
  data.table::fwrite(frame, args[2])
} else {
  write.csv(frame, args[2], row.names = FALSE, quote = FALSE, na = "")
}
