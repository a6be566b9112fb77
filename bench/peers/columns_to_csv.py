"""pandas: raw arrays to one frame to CSV.   python3 columns_to_csv.py FOLDER OUT.csv"""

import sys

import numpy as np
import pandas as pd

folder, out = sys.argv[1:]
with open(f"{folder}/columns.txt", encoding="utf-8") as names:
    columns = names.read().splitlines()
arrays = {
    name: np.fromfile(f"{folder}/{number}.bin", dtype=np.float64 if number < 2 else np.float32)
    for number, name in enumerate(columns)
}
pd.DataFrame(arrays).to_csv(out, index=False)
