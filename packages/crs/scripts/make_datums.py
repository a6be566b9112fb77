#!/usr/bin/env python3
"""Writes datums.txt, shifts.txt, direct-shifts.txt and grid-shifts.txt: how the world's datums are brought to WGS 84.

    python3 make_datums.py /usr/share/proj/proj.db

Source: the EPSG Geodetic Parameter Dataset as PROJ ships it (IOGP, https://epsg.org/terms-of-use.html).
Kept are geocentric translations and Helmert transformations, as tx,ty,tz (m) or tx,ty,tz (m), rx,ry,rz (arc seconds,
position vector convention) and the scale difference (ppm), Molodensky-Badekas ones rewritten exactly as such. A datum
that EPSG equates with WGS 84 (all parameters zero) stands for WGS 84 as a target; where it knows better between two of
those (GDA94 and GDA2020) that is a direct shift. The realisations of WGS 84 and of the International Terrestrial
Reference Frame are WGS 84 to 2 m. A datum that is only tied to another local one goes through that. Left out: what is
deprecated, superseded or depends on time, and what a better operation covers wholly.
"""

import collections
import math
import re
import sqlite3
import sys
import unicodedata
from pathlib import Path

WGS84 = "6326"
ARC_SECOND = math.radians(1 / 3600)
TRANSLATIONS = {9603, 1031, 1035}
POSITION_VECTOR = {9606, 1033, 1037, 1061, 1062, 1063}
COORDINATE_FRAME = {9607, 1032, 1038, 9636, 1034, 1039}
BADEKAS = {1061, 1062, 1063, 9636, 1034, 1039}
# Realisations within decimetres of a datum that the table has, by EPSG code.
REALISATIONS = {
    "6258": [*range(1178, 1187), 1204, 1206],  # ETRF89 to ETRF2014
    "1116": [1117, 1118, 1133, 1221, 1249],  # PA11, MA11, CORS96, MARP00, PACP00
    "6140": range(1192, 1199),  # NAD83(CSRS) 96 to v7
}
# Names that @esri/proj-codes has and EPSG's aliases lack.
EXTRA_NAMES = {
    "6258": ["eureffin", "etrf1989"],
    "6747": ["greenlandreference1996"],
    "6737": ["koreageodeticdatum2002"],
    "6152": ["nad1983federalbasenetwork"],
    "6140": ["northamericandatumof1983csrsversion8"],
}
# Names that several datums go by and people mean this one by.
MEANT = {"etrs89": "6258", "nad83": "6269"}
HORIZONTAL_GRIDS = (
    "NADCON",
    "NADCON5 (2D)",
    "NTv1",
    "NTv2",
    "Geocentric translation by Grid Interpolation (IGN)",
)

database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
database.row_factory = sqlite3.Row

units = {
    (row["auth_name"], str(row["code"])): row["conv_factor"]
    for row in database.execute("SELECT auth_name, code, conv_factor FROM unit_of_measure")
}
datum_of_crs = {
    (row["auth_name"], str(row["code"])): str(row["datum_code"])
    for row in database.execute("SELECT * FROM geodetic_crs WHERE datum_auth_name = 'EPSG'")
}
version = dict(database.execute("SELECT key, value FROM metadata").fetchall())["EPSG.VERSION"]


def unit(row, name):
    return units[(row[f"{name}_uom_auth_name"], str(row[f"{name}_uom_code"]))]


def parameters(row):
    method = int(row["method_code"])
    shift = [row[key] * unit(row, "translation") for key in ("tx", "ty", "tz")]
    if method in TRANSLATIONS:
        return shift
    sign = 1 if method in POSITION_VECTOR else -1
    rotation = [sign * row[key] * unit(row, "rotation") / ARC_SECOND for key in ("rx", "ry", "rz")]
    ppm = row["scale_difference"] * unit(row, "scale_difference") * 1e6
    if method in BADEKAS:
        pivot = [row[key] * unit(row, "pivot") for key in ("px", "py", "pz")]
        scale = 1 + ppm * 1e-6
        x, y, z = (angle * ARC_SECOND for angle in rotation)
        matrix = [[1, -z, y], [z, 1, -x], [-y, x, 1]]
        shift = [
            shift[i] + pivot[i] - scale * sum(matrix[i][j] * pivot[j] for j in range(3)) for i in range(3)
        ]
    return shift + rotation + [ppm]


def extent(table, code):
    return tuple(
        database.execute(
            """SELECT west_lon, south_lat, east_lon, north_lat FROM usage u
               JOIN extent e ON e.auth_name = u.extent_auth_name AND e.code = u.extent_code
               WHERE u.object_table_name = ? AND u.object_auth_name = 'EPSG' AND u.object_code = ?""",
            (table, code),
        ).fetchone()
    )


def between(row):
    ends = [
        datum_of_crs.get((row[f"{end}_crs_auth_name"], str(row[f"{end}_crs_code"])))
        for end in ("source", "target")
    ]
    return ends if None not in ends and ends[0] != ends[1] else None


def spans(area):
    west, _, east, _ = area
    return [(west, east)] if west <= east else [(west, 180), (-180, east)]


def inside(inner, outer):
    return (
        inner[1] >= outer[1]
        and inner[3] <= outer[3]
        and all(any(w >= W and e <= E for W, E in spans(outer)) for w, e in spans(inner))
    )


superseded = {
    str(row[0])
    for row in database.execute(
        """SELECT superseded_code FROM supersession WHERE superseded_table_name = 'helmert_transformation'
           AND superseded_auth_name = 'EPSG' AND replacement_table_name = 'helmert_transformation'
           AND same_source_target_crs"""
    )
}

helmert = []
for row in database.execute(
    "SELECT * FROM helmert_transformation_table WHERE auth_name = 'EPSG' AND NOT deprecated AND rate_tx IS NULL"
):
    ends = between(row)
    known = TRANSLATIONS | POSITION_VECTOR | COORDINATE_FRAME
    if ends and int(row["method_code"]) in known and str(row["code"]) not in superseded:
        area = extent("helmert_transformation", row["code"])
        helmert.append((*ends, row["accuracy"], area, parameters(row), str(row["code"])))

realisations = {
    str(row[0])
    for row in database.execute(
        """SELECT code FROM geodetic_datum WHERE auth_name = 'EPSG' AND NOT deprecated AND
           (name LIKE 'International Terrestrial Reference Frame%' OR name LIKE 'IGS%' OR name LIKE 'IGb%'
            OR name LIKE 'World Geodetic System 1984 (%')"""
    )
}
EVERYWHERE = (-180, -90, 180, 90)
helmert += [(code, WGS84, 2, EVERYWHERE, [0, 0, 0], "-") for code in sorted(realisations, key=int)]
equal = {source for source, target, _, _, values, _ in helmert if target == WGS84 and not any(values)}


def to_wgs84(source, target):
    return source != WGS84 and (target == WGS84 or (target in equal and source not in equal))


shifts = [operation for operation in helmert if to_wgs84(operation[0], operation[1])]
direct = [operation for operation in helmert if {operation[0], operation[1]} <= equal and any(operation[4])]


def seven(values):
    return values + [0] * (7 - len(values))


def turned(values, by):
    x, y, z = (angle * ARC_SECOND for angle in by)
    return [
        values[0] - z * values[1] + y * values[2],
        z * values[0] + values[1] - x * values[2],
        -y * values[0] + x * values[1] + values[2],
    ]


def inverse(values):
    values = seven(values)
    scale = 1 / (1 + values[6] * 1e-6)
    rotation = [-angle for angle in values[3:6]]
    return [-scale * value for value in turned(values[:3], rotation)] + rotation + [(scale - 1) * 1e6]


def chain(first, second):
    first, second = seven(first), seven(second)
    scale = 1 + second[6] * 1e-6
    shift = [scale * value + more for value, more in zip(turned(first[:3], second[3:6]), second[:3])]
    rotation = [one + other for one, other in zip(first[3:6], second[3:6])]
    return shift + rotation + [((1 + first[6] * 1e-6) * scale - 1) * 1e6]


def middle(area):
    west, south, east, north = area
    return ((west + (east if east >= west else east + 360)) / 2, (south + north) / 2)


tied = {operation[0] for operation in shifts} | equal | {WGS84}
for source, target, accuracy, area, values, code in helmert:
    if source not in tied:
        lon, lat = middle(area)
        onward = [o for o in shifts if o[0] == target and inside((lon, lat, lon, lat), o[3])]
        if onward:
            best = min(onward, key=lambda operation: operation[2])
            shifts.append((source, WGS84, accuracy + best[2], area, chain(values, best[4]), f"{code}+{best[5]}"))
    elif target not in tied and (source == WGS84 or source in equal):
        shifts.append((target, WGS84, accuracy, area, inverse(values), code))


def beaten(operation, by):
    source, _, accuracy, area, values, code = operation
    if by is operation or by[0] != source or not inside(area, by[3]):
        return False
    if by[2] != accuracy:
        return by[2] < accuracy
    return by[4] == values and (by[3] != area or by[5] < code)


shifts = [operation for operation in shifts if not any(beaten(operation, by) for by in shifts)]

grids = {}
for row in database.execute(
    f"""SELECT * FROM grid_transformation WHERE auth_name = 'EPSG' AND NOT deprecated
        AND method_name IN ({",".join("?" * len(HORIZONTAL_GRIDS))})""",
    HORIZONTAL_GRIDS,
):
    ends = between(row)
    if ends and to_wgs84(*ends):
        area = extent("grid_transformation", row["code"])
        key = (ends[0], area)
        if key not in grids or row["accuracy"] < grids[key][0]:
            grids[key] = (row["accuracy"], row["grid_name"])

listed = {WGS84} | {operation[0] for operation in shifts}


def number(value):
    return f"{value:.10g}"


def numbers(values):
    return ",".join(map(number, values))


def plain(name):
    name = unicodedata.normalize("NFD", re.sub(r"^d_", "", name.lower()).replace(" ensemble", ""))
    return re.sub(r"[^a-z0-9+]", "", name)


def official_name(code):
    (name,) = database.execute("SELECT name FROM geodetic_datum WHERE auth_name = 'EPSG' AND code = ?", (code,)).fetchone()
    return name.replace(" ensemble", "")


def names_of(code):
    aliases = database.execute(
        "SELECT alt_name FROM alias_name WHERE table_name = 'geodetic_datum' AND auth_name = 'EPSG' AND code = ?", (code,)
    )
    return {plain(official_name(code))} | {plain(row[0]) for row in aliases}


names = {code: names_of(code) | set(EXTRA_NAMES.get(code, [])) for code in listed}
for code, members in REALISATIONS.items():
    for member in members:
        names[code] |= names_of(member)
holders = collections.Counter(name for some in names.values() for name in some)


def shift_line(start, operation):
    _, _, accuracy, area, values, code = operation
    return f"{start} {code} {number(accuracy)} {numbers(area)} {numbers(values)}"


def datum_line(code):
    official = official_name(code)
    others = {name for name in names[code] if MEANT.get(name, code) == code and (holders[name] == 1 or name in MEANT)}
    return ";".join([code, official, *sorted(others - {plain(official)})])


def write(name, comment, lines):
    head = f"# Generated by make_datums.py from the EPSG Geodetic Parameter Dataset {version}.\n# {comment}\n"
    path = Path(__file__).parent.parent / "data" / name
    path.write_text(head + "".join(f"{line}\n" for line in lines))


write(
    "datums.txt",
    "EPSG datum code;name;other names..., the latter in lower-case letters, digits and plus signs",
    (datum_line(code) for code in sorted(listed, key=int)),
)
write(
    "shifts.txt",
    "datum operation accuracy west,south,east,north tx,ty,tz[,rx,ry,rz,scale]: to WGS 84",
    (shift_line(o[0], o) for o in sorted(shifts, key=lambda o: (int(o[0]), o[5]))),
)
write(
    "direct-shifts.txt",
    "datum,datum operation accuracy west,south,east,north tx,ty,tz[,rx,ry,rz,scale]: from the first to the second",
    (shift_line(f"{o[0]},{o[1]}", o) for o in sorted(direct, key=lambda o: o[5])),
)
write(
    "grid-shifts.txt",
    "datum accuracy west,south,east,north file: shifts by a grid file",
    (
        f"{source} {number(accuracy)} {numbers(area)} {name}"
        for (source, area), (accuracy, name) in sorted(grids.items(), key=lambda item: (int(item[0][0]), item[0][1]))
    ),
)
