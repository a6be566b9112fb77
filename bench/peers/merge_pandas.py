"""rasterio and pandas: rasters on one grid, each to a frame of x, y, value, merged, to CSV.

python3 merge_pandas.py OUT.csv INPUT.tif ...
"""

import sys

import numpy as np
import pandas as pd
import rasterio

out, *paths = sys.argv[1:]
merged = None
for number, path in enumerate(paths, 1):
    with rasterio.open(path) as raster:
        values = raster.read(1)
        rows, columns = np.nonzero(values != raster.nodata)
        x = np.round(raster.bounds.left + (columns + 0.5) * raster.res[0], 10)
        y = np.round(raster.bounds.top - (rows + 0.5) * raster.res[1], 10)
        frame = pd.DataFrame({"x": x, "y": y, f"layer{number}": values[rows, columns]})
    merged = frame if merged is None else merged.merge(frame, on=["x", "y"], how="outer")
merged.to_csv(out, index=False)
