"""Writes resize.json: small rasters and what Pillow's BICUBIC makes of them (pip install pillow==13.0.0 numpy).

Each case holds width, height, channels, outputWidth, outputHeight, input and output (8-bit values, row after row).
"""
import json
import pathlib

import numpy as np
from PIL import Image

random = np.random.default_rng(7)
cases = []
for width, height, output_width, output_height, channels in [
    (7, 5, 14, 10, 3), (31, 17, 8, 8, 3), (16, 16, 16, 9, 1), (9, 16, 20, 16, 1),
    (1, 1, 6, 4, 3), (1, 23, 5, 5, 1), (40, 2, 3, 7, 3), (33, 29, 33, 29, 1), (64, 48, 1, 1, 3),
    # Sizes at which Pillow goes down the columns first, and the last ones at which it does not.
    (24, 41, 20, 32, 3), (24, 40, 20, 32, 3), (5, 19, 12, 11, 3), (5, 11, 12, 11, 1), (13, 40, 6, 9, 1),
]:
    # Values at the ends of the range make the cubic overshoot, so clipping is exercised too.
    values = random.choice([0, 255, 3, 128, 77, 250], size=(height, width, channels)).astype(np.uint8)
    image = Image.fromarray(values if channels == 3 else values[..., 0])
    output = np.asarray(image.resize((output_width, output_height), Image.BICUBIC))
    cases.append({
        "width": width, "height": height, "channels": channels,
        "outputWidth": output_width, "outputHeight": output_height,
        "input": values.flatten().tolist(), "output": output.flatten().tolist(),
    })
pathlib.Path(__file__).with_name("resize.json").write_text(json.dumps(cases, separators=(",", ":")) + "\n")
