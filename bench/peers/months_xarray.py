"""xarray and dask: means of each month of the year at half the resolution.   python3 months_xarray.py IN.nc OUT.nc"""

import sys

import xarray as xr

source, out = sys.argv[1:]
with xr.open_dataset(source, chunks={"time": 365}) as data:
    months = data.tas.groupby("time.month").mean("time")
    months.coarsen(lat=2, lon=2).mean().to_netcdf(out)
