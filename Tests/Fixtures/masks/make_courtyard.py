#!/usr/bin/env python3
"""Writes courtyard.json: what Pillow and numpy read from Samples/courtyard/masks (made with Pillow 13, numpy 2).

For each object number a list of [frame, left, top, width, height, pixels], for every frame that shows it.
"""
import json
import pathlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent
MASKS = HERE.parents[2] / "Samples/courtyard/masks"


def main():
    tracks = {}
    for path in sorted(MASKS.glob("*.png")):
        with Image.open(path) as picture:
            assert picture.mode in ("P", "L"), picture.mode
            values = np.asarray(picture)
        for number in sorted(set(np.unique(values).tolist()) - {0}):
            rows, columns = np.nonzero(values == number)
            left, top = columns.min(), rows.min()
            box = [left, top, columns.max() - left + 1, rows.max() - top + 1, len(rows)]
            tracks.setdefault(str(number), []).append([int(path.stem)] + [int(v) for v in box])
    lines = [f'"{number}": {json.dumps(frames)}' for number, frames in sorted(tracks.items(), key=lambda t: int(t[0]))]
    (HERE / "courtyard.json").write_text("{" + ",\n".join(lines) + "}\n")
    print({n: len(f) for n, f in tracks.items()}, values.shape)


main()
