#!/usr/bin/env python3
"""Makes annotations.json, qa.json and class_names.json of the pictures in images/, in the format of DLC-Bench, from what is
true of their objects.

    python3 Samples/dlc-bench/make_bench.py

Needs NumPy and Pillow. The files are in the repository; this says how they were made.
"""

import json
import pathlib
import random

import numpy
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
QUESTION = "Which of these is true of the description?"
NEGATIVES = 3


def compressed(mask):
    """The runs of a mask in COCO's compressed form (pycocotools, common/maskApi.c)."""
    pixels = mask.T.reshape(-1).astype(numpy.int8)
    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate([[0], pixels]))).tolist() + [len(pixels)]
    runs = [edge - start for start, edge in zip([0] + edges, edges)]
    text = ""
    for place, run in enumerate(runs):
        value = run - runs[place - 2] if place > 2 else run
        while True:
            group, value = value & 31, value >> 5
            more = value != -1 if group & 16 else value != 0
            text += chr((group | 32 if more else group) + 48)
            if not more:
                break
    return text


def positive(thing, attribute, value, subject=None):
    """A question whether an attribute is told right: of the thing, or of a part of it."""
    of = subject or thing
    absent = f"The {subject} or the {thing} is not mentioned." if subject else f"The {thing} is not mentioned."
    silent = f"The {attribute} of the {of} is not mentioned, but the {of} is."
    return [
        [absent, 0], [silent, 0.5 if subject else 0],
        [f"The {attribute} of the {of} is mentioned but is not {value}.", -1],
        [f"The {attribute} of the {of} is mentioned and is {value}.", 1],
    ]


def questions(facts, absent, dice):
    thing, colours = facts["name"], facts["colours"]
    parts = {"person": ["jacket", "trousers"], "truck": ["cab", "box"]}.get(thing, [None])
    asked = [("positive", None, positive(thing, "color", colour, part)) for part, colour in zip(parts, colours)]
    if facts["side"]:
        asked.append(("positive", None, positive(thing, "position", f"the {facts['side']}")))
    for name in dice.sample(absent, NEGATIVES):
        choices = [[f"The {name} is mentioned.", -1], [f"The {name} is not mentioned.", 1]]
        asked.append(("negative", "salient negative", choices))
    result = []
    for kind, subtype, choices in asked:
        dice.shuffle(choices)
        result.append({"question": QUESTION, "choices": choices, "type": kind} | ({"subtype": subtype} if subtype else {}))
    return result


def main():
    dice = random.Random(1)
    phrases = json.loads((HERE / "images/phrases.json").read_text())
    things = list(phrases["classes"]) + list(phrases["landmarks"])
    images, annotations, asked, names = [], [], {}, {}
    for folder in sorted(path for path in (HERE / "images").iterdir() if path.is_dir()):
        record = json.loads((folder / "facts.json").read_text())
        width, height = Image.open(folder / "picture.jpg").size
        images.append({"id": int(folder.name), "file_name": f"{folder.name}/picture.jpg", "width": width, "height": height})
        for track, facts in record["pictures"].items():
            mask = numpy.array(Image.open(folder / f"picture-{track}.png")) > 0
            rows, columns = numpy.flatnonzero(mask.any(1)), numpy.flatnonzero(mask.any(0))
            box = [columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1]
            key, area = int(folder.name) * 10 + int(track), int(mask.sum())
            annotations.append({
                "id": key, "image_id": int(folder.name), "category_id": list(phrases["classes"]).index(facts["name"]) + 1,
                "bbox": [float(side) for side in box], "area": area, "iscrowd": 0, "frequency": "F",
                "segmentation": {"size": [height, width], "counts": compressed(mask)},
                "size": "S" if area < 1000 else "M" if area < 3000 else "L",
            })
            absent = [name for name in things if name not in record["present"]]
            asked[str(key)], names[str(key)] = questions(facts, absent, dice), facts["name"]
    categories = [{"id": place + 1, "name": name} for place, name in enumerate(phrases["classes"])]
    coco = {"images": images, "annotations": annotations, "categories": categories}
    for name, value in [("annotations", coco), ("qa", asked), ("class_names", names)]:
        indent = None if name == "annotations" else 1
        (HERE / f"{name}.json").write_text(json.dumps(value, indent=indent) + "\n")


if __name__ == "__main__":
    main()
