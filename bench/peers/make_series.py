"""Daily temperatures of the globe as NetCDF-4, as reanalyses and climate models are packed.

python3 make_series.py OUT.nc STEPS DEGREES CHUNK_STEPS CHUNK_ROWS CHUNK_COLUMNS

Of 0.5 degrees are 720 x 360 pixels. int16 with scale and offset, shuffled and deflated: a yearly cycle, weather that moves, and noise in the last
bits. The calendar has no leap days, and every four years are those before them: their chunks are copied as they are stored, so that a
file of any size takes little longer than its disk. The same numbers make the same file.
"""

import sys

import h5py
import netCDF4
import numpy as np

out, steps, degrees, *chunks = sys.argv[1:]
steps, degrees, chunks = int(steps), float(degrees), list(map(int, chunks))
height, width = round(180 / degrees), round(360 / degrees)
random = np.random.default_rng(19)
lat = 90 - degrees * (np.arange(height) + 0.5)
lon = -180 + degrees * (np.arange(width) + 0.5)
south = np.deg2rad(lat)[:, None]
east = np.deg2rad(lon)[None, :]
mean = 27 - 45 * np.sin(south) ** 2 + 3 * np.sin(2 * east) * np.cos(south)
season = -12 * np.sin(south) * np.ones_like(east)
weather = np.cos(south) * sum(
    random.normal() * np.sin(k * east + random.uniform(0, 6)) * np.sin((k + 1) * south + random.uniform(0, 6))
    for k in range(3, 12)
)
noise = [random.normal(0, 0.3, (height, width)) for _ in range(32)]

file = netCDF4.Dataset(out, "w", format="NETCDF4")
file.createDimension("time", None)
file.createDimension("lat", height)
file.createDimension("lon", width)
for name, values, units in (("lat", lat, "degrees_north"), ("lon", lon, "degrees_east")):
    axis = file.createVariable(name, "f8", (name,))
    axis.units, axis.standard_name = units, {"lat": "latitude", "lon": "longitude"}[name]
    axis[:] = values
time = file.createVariable("time", "f8", ("time",), chunksizes=(4096,))
time.units, time.calendar, time.standard_name = "days since 1920-01-01", "noleap", "time"
time[:] = np.arange(steps)
tas = file.createVariable(
    "tas", "i2", ("time", "lat", "lon"), zlib=True, complevel=1, shuffle=True, fill_value=-32767, chunksizes=chunks
)
tas.scale_factor, tas.add_offset, tas.units, tas.standard_name = 0.005, 0.0, "degC", "air_temperature"
tas.set_auto_maskandscale(False)
block = np.empty((chunks[0], height, width), "i2")
period = min(steps, 1460 // chunks[0] * chunks[0])
for first in range(0, period, chunks[0]):
    count = min(chunks[0], period - first)
    for k in range(count):
        day = first + k
        field = mean + season * np.cos(2 * np.pi * (day % 365) / 365)
        field += np.roll(weather, 3 * day, axis=1) + np.roll(noise[day % 32], 7 * day, axis=1)
        block[k] = np.rint(field / 0.005)
    tas[first : first + count] = block[:count]
file.close()

with h5py.File(out, "r+") as file:
    stored = file["tas"]
    stored.resize(steps, axis=0)
    for first in range(0, steps - period, chunks[0]):
        for row in range(0, height, chunks[1]):
            for column in range(0, width, chunks[2]):
                mask, chunk = stored.id.read_direct_chunk((first, row, column))
                stored.id.write_direct_chunk((period + first, row, column), chunk, mask)
