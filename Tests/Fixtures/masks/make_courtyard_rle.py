#!/usr/bin/env python3
"""Writes courtyard_rle.json: what pycocotools makes of some masks in Samples/courtyard/masks (made with pycocotools 2.0.11).

For each object number the frames linspace(0, n - 1, 8) of those that show it, and the compressed counts of each.
"""
import json
import pathlib

import numpy as np
from PIL import Image
from pycocotools import mask

HERE = pathlib.Path(__file__).parent
MASKS = HERE.parents[2] / "Samples/courtyard/masks"


def main():
    pictures = {int(path.stem): np.asarray(Image.open(path)) for path in sorted(MASKS.glob("*.png"))}
    result = {}
    for number in range(1, 6):
        visible = [frame for frame, values in pictures.items() if (values == number).any()]
        chosen = [visible[index] for index in np.linspace(0, len(visible) - 1, 8).astype(int)]
        result[str(number)] = [
            [frame, mask.encode(np.asfortranarray(pictures[frame] == number, dtype=np.uint8))["counts"].decode()]
            for frame in chosen
        ]
    lines = [f'"{number}": {json.dumps(masks)}' for number, masks in result.items()]
    (HERE / "courtyard_rle.json").write_text("{" + ",\n".join(lines) + "}\n")


main()
