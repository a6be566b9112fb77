"""The largest difference between the months of two results.   python3 compare_months.py MERGED.csv PEER.nc"""

import sys

import netCDF4
import numpy as np
import pandas as pd

ours, theirs = sys.argv[1:]
table = pd.read_csv(ours)
with netCDF4.Dataset(theirs) as file:
    values = np.ma.filled(file["tas"][:], np.nan).astype(float)
    lat = file["lat"][:]
shape = values.shape[1:]
found = np.stack([table[f"tas_{month:02}"].to_numpy().reshape(shape) for month in range(1, 13)])
values = values if lat[0] > lat[-1] else values[:, ::-1]
assert values.shape == found.shape and (np.isnan(values) == np.isnan(found)).all()
print(np.nanmax(np.abs(values - found)))
