"""Captions of unlabelled clips, as `damvideo sdp` has made and filtered them (README.md, self-training).

    python pseudo.py captions.jsonl DATA > true.jsonl

writes the same records with a true caption each, from the facts that the labelled shards of DATA have of them: what training on
captions of such clips can reach at best.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np

from captions import caption
from dataset import Dataset

SWAPPED = {"left": "right", "right": "left"}


def mirrored(text):
    """The caption of the clip flipped left to right."""
    return re.sub(r"\b(left|right)\b", lambda word: SWAPPED[word[0]], text)


def identity(record):
    """(seed, thing): a clip's folder is named like its seed, and its track n is thing n - 1."""
    return int(record["media"].split("/")[-2]), int(record["id"].split("/")[-1]) - 1


def read(paths):
    """Captions of records that are kept, by (seed, thing)."""
    captions = {}
    for path in paths:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            text = record.get("caption") or next((c["text"] for c in record.get("captions", [])), "")
            if record.get("kept", True) and text:
                captions[identity(record)] = text
    return captions


def true_records(lines, tracks):
    """The records that are among the tracks, with true captions."""
    told, rng = {(track.seed, track.thing): track.told for track in tracks}, np.random.default_rng(0)
    for line in lines:
        record = json.loads(line)
        if facts := told.get(identity(record)):
            yield record | {"caption": caption(facts, rng)}


def main():
    records, data = sys.argv[1:]
    for record in true_records(Path(records).read_text(encoding="utf-8").splitlines(), Dataset(data).tracks):
        print(json.dumps(record))


if __name__ == "__main__":
    main()
