"""Captions of unlabelled clips, as `damvideo sdp` has made and filtered them (README.md, self-training)."""

import json
import re
from pathlib import Path

SWAPPED = {"left": "right", "right": "left"}


def mirrored(text):
    """The caption of the clip flipped left to right."""
    return re.sub(r"\b(left|right)\b", lambda word: SWAPPED[word[0]], text)


def read(paths):
    """Captions of records that are kept, by (seed, thing). A clip's folder is named like its seed, and its track n is thing n - 1."""
    captions = {}
    for path in paths:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            text = record.get("caption") or next((c["text"] for c in record.get("captions", [])), "")
            if record.get("kept", True) and text:
                seed, thing = int(record["media"].split("/")[-2]), int(record["id"].split("/")[-1]) - 1
                captions[seed, thing] = text
    return captions
