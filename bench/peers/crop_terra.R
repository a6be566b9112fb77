# terra: layers cropped to a grid of their own cells, to one data frame, to CSV.
#   Rscript crop_terra.R OUT.csv XMIN XMAX YMIN YMAX INPUT.tif ...
suppressPackageStartupMessages(library(terra))
args <- commandArgs(trailingOnly = TRUE)
layers <- rast(args[-(1:5)])
names(layers) <- paste0("layer", seq_len(nlyr(layers)))
cells <- crop(layers, ext(as.numeric(args[2:5])))
frame <- as.data.frame(cells, xy = TRUE, na.rm = NA)
write.csv(frame, args[1], row.names = FALSE, quote = FALSE, na = "")
