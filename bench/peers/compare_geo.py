"""Compares every value of a GeoTIFF or a GeoParquet of Quadrat's with the CSV of the same table.

compare_geo.py gdal|geopandas TABLE.csv FILE RESOLUTION

Ends with 3 if a library is missing, and with 1 if anything differs.
"""

import sys

import numpy
import pandas

reader, table, path, step = *sys.argv[1:4], float(sys.argv[4])
csv = pandas.read_csv(table)
names = list(csv.columns[2:])


def same(ours, theirs):
    """The same bits, or both without a value."""
    ours, theirs = numpy.asarray(ours), numpy.asarray(theirs).astype(ours.dtype)
    return (ours == theirs) | (numpy.isnan(ours) & numpy.isnan(theirs))


def require(right, what):
    if not right:
        sys.exit(f"{what} differs")


def by_gdal():
    import rasterio

    with rasterio.open(path) as file:
        require(list(file.descriptions) == names, "descriptions")
        columns, rows = ~file.transform * (csv.x.to_numpy(), csv.y.to_numpy())
        columns, rows = numpy.floor(columns).astype(int), numpy.floor(rows).astype(int)
        # The centre of the pixel that a row of the table is in is the row's to within rounding.
        x, y = file.transform * (columns + 0.5, rows + 0.5)
        require(max(abs(x - csv.x).max(), abs(y - csv.y).max()) < 1e-9 * step, "place")
        has_row = numpy.zeros(file.shape, bool)
        has_row[rows, columns] = True
        require(has_row.sum() == len(csv), "number of rows")
        for index, name in enumerate(names, 1):
            band = file.read(index)
            require(same(band[rows, columns], csv[name]).all(), name)
            require(numpy.isnan(band[~has_row]).all(), f"{name} outside the table")
        return file.shape[0] * file.shape[1] * len(names)


def by_geopandas():
    import geopandas
    import pyarrow  # noqa: F401

    frame = geopandas.read_parquet(path)
    require(len(frame) == len(csv), "number of rows")
    require(frame.crs.to_epsg() == 4326, "crs")
    for name in ["x", "y", *names]:
        require(same(frame[name], csv[name]).all(), name)
    bounds = frame.geometry.bounds.to_numpy()
    half = step / 2 if (frame.geom_type == "Polygon").all() else 0
    x, y = csv.x.to_numpy(), csv.y.to_numpy()
    wanted = numpy.column_stack([x - half, y - half, x + half, y + half])
    require(numpy.abs(bounds - wanted).max() < 1e-9 * step, "geometry")
    return len(frame) * (len(names) + 2)


try:
    print(f"{reader}: {by_gdal() if reader == 'gdal' else by_geopandas():,} values are those of the CSV")
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)
