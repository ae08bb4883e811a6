"""Compares models on the same clips, with 95 % intervals from resampling clips.

    python intervals.py A.json B.json ...

Each file holds what `damvideo evaluate scenes SET --shard I/N --json` prints for I = 0 ... N - 1, one clip each, one after the other.
Printed are, for each file, the share of right facts by row, their mean over the rows, and the share of captions that invent
something; then the difference of each file to the first.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

ROWS = ("class", "colour", "direction", "behaviour", "place", "relation", "size")
DRAWS = 2000


def reports(path):
    """JSON documents one after the other."""
    text, decoder, place = Path(path).read_text(encoding="utf-8"), json.JSONDecoder(), 0
    while place < len(text.rstrip()):
        report, place = decoder.raw_decode(text, place)
        yield report
        while place < len(text) and text[place].isspace():
            place += 1


def counts(path):
    """[clips, rows and invented, right and asked] of the clips' tracks."""
    table = []
    for report in reports(path):
        clips = report["clips"]
        facts = [clips["facts"].get(row, {"right": 0, "asked": 0}) for row in ROWS]
        table.append([[fact["right"], fact["asked"]] for fact in facts] + [[clips["inventing"], clips["captions"]]])
    return np.array(table, dtype=np.float64)


def shares(table, weights):
    """Per cent by row, their mean over ROWS, and invented. weights: [draws, clips], how often each clip is counted."""
    sums = np.einsum("dc,crk->drk", weights, table)
    by_row = 100 * sums[..., 0] / np.maximum(sums[..., 1], 1)
    return np.concatenate([by_row[:, :-1], by_row[:, :-1].mean(1, keepdims=True), by_row[:, -1:]], axis=1)


def interval(values):
    low, high = np.percentile(values, [2.5, 97.5])
    return f"{low:.1f} to {high:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    tables = [counts(path) for path in options.files]
    clips = len(tables[0])
    if not clips or any(len(table) != clips for table in tables):
        sys.exit(f"found {', '.join(str(len(table)) for table in tables)} clips, expected the same ones in each file")
    drawn = np.random.default_rng(0).multinomial(clips, np.full(clips, 1 / clips), DRAWS)
    values = [shares(table, np.ones((1, clips)))[0] for table in tables]
    spread = [shares(table, drawn) for table in tables]
    names = [*ROWS, "mean", "invented"]
    print(f"{clips} clips" + "".join(f"{name:>11}" for name in names))
    for path, value in zip(options.files, values):
        print(f"{Path(path).stem:<9}" + "".join(f"{v:>11.1f}" for v in value))
    for path, value, one in zip(options.files[1:], values[1:], spread[1:]):
        print(f"\n{Path(path).stem} minus {Path(options.files[0]).stem}")
        for place in range(len(names)):
            print(f"  {names[place]:<10}{value[place] - values[0][place]:>6.1f}   {interval(one[:, place] - spread[0][:, place])}")


if __name__ == "__main__":
    main()
