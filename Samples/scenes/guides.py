"""Helpers of training that are not shipped: plain classifiers on a frame's image tokens.

They put into the tokens, early and cheaply, what captions are going to need.
"""

import torch
import torch.nn.functional as F
from torch import nn

from vocabulary import ALL_LANDMARKS, CLASSES, COLOURS, SCENES, SIDES

COLOUR_NAMES = tuple(COLOURS)
REFERENTS = (None, *ALL_LANDMARKS, "car", "van")
# Targets of one frame, and how many values each has.
HEADS = {
    "name": len(CLASSES),
    "colour0": 10,
    "colour1": 10,
    "scene": len(SCENES),
    "side": 3,
    "referent": len(REFERENTS),
    "referent_colour": 10,
    "bag": 2,
}
SILENT = -100


def targets(track, index, flip):
    """Class numbers by head (SILENT where nothing is to be learned) of a frame, and its box."""
    facts = track.pictures[index]
    box = track.boxes[index].copy()
    if flip:
        box[0] = 1 - box[0] - box[2]
    values = dict.fromkeys(HEADS, SILENT)
    if facts is not None:
        relation = facts.relation
        values |= {"name": CLASSES.index(facts.name), "scene": SCENES.index(facts.scene)}
        values |= {f"colour{i}": COLOUR_NAMES.index(c) for i, c in enumerate(facts.colours)}
        if facts.side:
            side = SIDES.index(facts.side)
            values["side"] = 2 - side if flip else side
        values["referent"] = REFERENTS.index(relation.referent if relation else None)
        if relation and relation.colour:
            values["referent_colour"] = COLOUR_NAMES.index(relation.colour)
        if facts.name == "person" and index != 4:  # the bag leaves the hand about then
            values["bag"] = int(track.facts.behaviour == "puts down" and index < 4)
    return values, [box[0] + box[2] / 2, box[1] + box[3] / 2, box[2], box[3]]


class Guides(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.heads = nn.ModuleDict({name: nn.Linear(width, count) for name, count in HEADS.items()})
        self.box = nn.Linear(width, 4)

    def forward(self, image_tokens):
        pooled = self.norm(image_tokens.mean(1))
        return {name: head(pooled) for name, head in self.heads.items()}, self.box(pooled)

    def loss(self, image_tokens, wanted, boxes):
        """The sum over the heads, and what share of each head's answers is right."""
        answers, box = self(image_tokens)
        total, right = 8 * F.smooth_l1_loss(box, boxes, beta=0.05), {}
        for name, logits in answers.items():
            asked = wanted[name] != SILENT
            if asked.any():
                weight = 0.3 if name == "bag" else 1.0
                total = total + weight * F.cross_entropy(logits[asked], wanted[name][asked])
                right[name] = (logits[asked].argmax(-1) == wanted[name][asked]).float()
        return total, right, (box - boxes).abs().detach()


def stacked(choices):
    """Targets of (track, frame, flip) triples as tensors."""
    pairs = [targets(*choice) for choice in choices]
    wanted = {name: torch.tensor([values[name] for values, _ in pairs]) for name in HEADS}
    return wanted, torch.tensor([box for _, box in pairs], dtype=torch.float32)
