#!/usr/bin/env python3
"""Makes expected.json: made-up captions and references, their words, and pycocoevalcap's measures of them.

    python3 -m venv venv && venv/bin/pip install pycocoevalcap==1.2 && venv/bin/python make_fixture.py

Needs Java, which pycocoevalcap runs the Stanford tokeniser with.
"""

import contextlib
import json
import os
import pathlib
import random

from pycocoevalcap.bleu.bleu import Bleu
from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer

COUNT = 200
COLOURS = ["red", "dark-blue", "white", "grey", "brownish", "two-tone", "black & white", "yellow/green"]
THINGS = ["van", "bicycle", "coffee mug", "T-shirt", "lamp", "dog", "street sign", "café chair", "3-D printer", "bird"]
PARTS = ["handle", "wheels", "driver's door", "collar", "lid", "logo", "back", "wings", "base", "label"]
STATES = [
    "scratched", "well-lit", "rounded", "about 3.5 cm wide", "partly hidden", "1/2 full", "at 10:30 a.m.", "not visible",
    "shiny", "made of wood (oak)", "5'6\" tall", "worn",
]
LINKS = [", with", " and", "; it has", " -", " —", ":", ", which shows", ". It has"]
ODD = [
    "It's parked in front of St. Mary's; the driver isn't there.", "The sign reads \"STOP\" -- in 12 letters, e.g. 'STOP'.",
    "There are 1,000 books, etc., on the shelf.", "The dogs' toys can't be seen...", "“Quoted” words don’t matter!",
    "They're selling it for $5.50 (50% off) on No. 5 Main St.", "A 1990s-style jacket, as J. Smith wore in the '90s.",
    "Gonna rain? Cannot say!!", "An area of 25°C & rising [approx.]", "", "Mr. Brown's hat; Mrs. Brown's coat; Dr. Green's bag.",
    "The U.S. flag at 5 p.m. on Jan. 5", "A rock 'n' roll guitar, o'clock and all, ½ broken", "Is it #1? @home it is: 100%.",
]


def sentence(dice, thing):
    text = f"{dice.choice(['A', 'The', 'One'])} {dice.choice(COLOURS)} {thing}"
    for _ in range(dice.randint(0, 3)):
        text += f"{dice.choice(LINKS)} {dice.choice(['a', 'its', 'the'])} {dice.choice(COLOURS + STATES)} {dice.choice(PARTS)}"
    text += f" is {dice.choice(STATES)}" if dice.random() < 0.5 else ""
    return text + dice.choice([".", ".", "", "!", " ."])


def main():
    dice = random.Random(20)
    pairs = []
    for place in range(COUNT):
        thing = dice.choice(THINGS)
        references = [sentence(dice, thing) for _ in range(dice.randint(1, 5))]
        caption = sentence(dice, thing if dice.random() < 0.8 else dice.choice(THINGS))
        if dice.random() < 0.2:
            caption = dice.choice(ODD)
        if dice.random() < 0.3:
            references.append(dice.choice([text for text in ODD if text]))
        if dice.random() < 0.1:
            caption = dice.choice(references)
        pairs.append({"caption": caption, "references": references})
    tokenizer = PTBTokenizer()
    references = tokenizer.tokenize({i: [{"caption": text} for text in pair["references"]] for i, pair in enumerate(pairs)})
    captions = tokenizer.tokenize({i: [{"caption": pair["caption"]}] for i, pair in enumerate(pairs)})
    for place, pair in enumerate(pairs):
        pair["words"] = [text.split() for text in captions[place] + references[place]]
    with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing):
        bleu = Bleu(4).compute_score(references, captions)[0]
        rouge = Rouge().compute_score(references, captions)[0]
        cider = Cider().compute_score(references, captions)[0]
    result = {"pairs": pairs, "bleu": bleu, "rouge_l": float(rouge), "cider": float(cider)}
    path = pathlib.Path(__file__).with_name("expected.json")
    lines = ",\n".join(json.dumps(pair, ensure_ascii=False) for pair in result.pop("pairs"))
    path.write_text(json.dumps(result)[:-1] + ', "pairs": [\n' + lines + "\n]}\n", encoding="utf-8")
    print(result["bleu"], result["rouge_l"], result["cider"])


if __name__ == "__main__":
    main()
