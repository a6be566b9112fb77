"""Prints what rasterio reads of a GeoTIFF, and what GDAL's validation of Cloud Optimized GeoTIFFs says of it, as JSON."""

import json
import sys

import numpy
import rasterio
from osgeo_utils.samples.validate_cloud_optimized_geotiff import validate

path = sys.argv[1]
warnings, errors, details = validate(path, full_check=True)


def values(array):
    return [None if numpy.isnan(value) else value for value in array.astype("float64").ravel().tolist()]


with rasterio.open(path) as file:
    found = {
        "width": file.width,
        "height": file.height,
        "dtypes": file.dtypes,
        "names": file.descriptions,
        "nodata": None if file.nodata is None or numpy.isnan(file.nodata) else file.nodata,
        "transform": list(file.transform)[:6],
        "epsg": file.crs.to_epsg() if file.crs else None,
        "wkt": file.crs.to_wkt() if file.crs else None,
        "blocks": [list(shape) for shape in file.block_shapes],
        "interleaving": file.interleaving.value if file.count > 1 else None,
        "predictor": file.tags(ns="IMAGE_STRUCTURE").get("PREDICTOR"),
        "overviews": file.overviews(1),
        "area": file.tags().get("AREA_OR_POINT"),
        "bands": [values(file.read(band + 1)) for band in range(file.count)] if "--values" in sys.argv else [],
    }
    levels = len(file.overviews(1)) if "--values" in sys.argv else 0
found["levels"] = []
for level in range(levels):
    with rasterio.open(path, overview_level=level) as file:
        found["levels"].append(
            {"width": file.width, "height": file.height, "bands": [values(file.read(b + 1)) for b in range(file.count)]}
        )
found["cog"] = {"warnings": warnings, "errors": errors}
print(json.dumps(found))
