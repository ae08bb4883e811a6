#!/usr/bin/env python3
"""Makes the 8x6 grey label PNGs in this folder with Pillow: which values a folder holds decides what is void."""
import pathlib

import numpy as np
from PIL import Image

for name, values in {"empty": [], "only_3": [3], "only_255": [255], "254_and_255": [254, 255]}.items():
    picture = np.zeros((6, 8), np.uint8)
    for row, value in enumerate(values):
        picture[row + 1, 2:6] = value
    Image.fromarray(picture).save(pathlib.Path(__file__).parent / f"{name}.png")
