#!/usr/bin/env python3
"""Writes linspace.json: what numpy's linspace(0, n - 1, k).astype(int) gives (made with numpy 2).

In full for a few n and k; for k in CHECKED and all n up to 25,000 as one 64-bit FNV-1a checksum per k over the values.
"""
import json
import pathlib

import numpy as np

CHECKED = [1, 2, 3, 4, 7, 8, 16, 32]
LONGEST = 25_000


def main():
    full = [[n, k, np.linspace(0, n - 1, k).astype(int).tolist()]
            for n in (1, 2, 3, 7, 8, 9, 16, 60, 100, 795, 1_000_003) for k in (1, 2, 5, 8, 11)]
    checksums = {}
    for k in CHECKED:
        state = 0xCBF29CE484222325
        for n in range(1, LONGEST + 1):
            for value in np.linspace(0, n - 1, k).astype(int).tolist():
                state = (state ^ value) * 0x100000001B3 % 2**64
        checksums[k] = str(state)
    path = pathlib.Path(__file__).parent / "linspace.json"
    path.write_text(json.dumps({"longest": LONGEST, "checksums": checksums, "full": full}) + "\n")


main()
