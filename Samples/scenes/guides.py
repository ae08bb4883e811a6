"""Helpers of training that are not shipped: plain classifiers on a frame's image tokens and its full view's features.

They put into both, early and cheaply, what captions are going to need.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from vocabulary import ALL_LANDMARKS, BEHAVIOURS, CLASSES, COLOURS, DIRECTIONS, SCENES, SIDES

COLOUR_NAMES = tuple(COLOURS)
REFERENTS = (*ALL_LANDMARKS, "car", "van")
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
    facts = track.told_pictures[index]
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
        if relation:
            values["referent"] = REFERENTS.index(relation.referent)
        if relation and relation.colour:
            values["referent_colour"] = COLOUR_NAMES.index(relation.colour)
        if facts.name == "person" and index != 4:  # the bag leaves the hand about then
            values["bag"] = int(track.facts.behaviour == "puts down" and index < 4)
    return values, [box[0] + box[2] / 2, box[1] + box[3] / 2, box[2], box[3]]


class Probe(nn.Module):
    """Linear classifiers, and the box, on a mean of tokens."""

    def __init__(self, width, names):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.heads = nn.ModuleDict({name: nn.Linear(width, HEADS[name]) for name in names})
        self.box = nn.Linear(width, 4)

    def forward(self, tokens, weights=None):
        """weights: [n, tokens] of the mean, or None for equal ones."""
        pooled = self.norm(tokens.mean(1) if weights is None else (weights[:, None] @ tokens)[:, 0])
        return {name: head(pooled) for name, head in self.heads.items()}, self.box(pooled)

    def loss(self, tokens, wanted, boxes, weights=None):
        """The sum over the heads, what share of each head's answers is right, and how far boxes are off."""
        answers, box = self(tokens, weights)
        total, right = 24 * F.smooth_l1_loss(box, boxes, beta=0.02), {}
        for name, logits in answers.items():
            asked = wanted[name] != SILENT
            if asked.any():
                weight = 0.3 if name == "bag" else 1.0
                total = total + weight * F.cross_entropy(logits[asked], wanted[name][asked])
                right[name] = (logits[asked].argmax(-1) == wanted[name][asked]).float()
        return total, right, (box - boxes).abs().detach()


class Map(nn.Module):
    """Linear classifiers on each of the full view's tokens: what an object may be near to, where that stands."""

    def __init__(self, sizes):
        super().__init__()
        self.grid = sizes.grid
        self.norm = nn.LayerNorm(sizes.vision_width)
        self.referents = nn.Linear(sizes.vision_width, len(REFERENTS))
        self.colours = nn.Linear(sizes.vision_width, len(COLOUR_NAMES))
        nn.init.constant_(self.referents.bias, -3)

    def loss(self, context, surroundings):
        """surroundings: of each picture, as in Track, with whether it is mirrored."""
        standing, colours = self.targets(surroundings)
        tokens = self.norm(context)
        weight = torch.tensor(4.0)  # most places are empty
        missed = F.binary_cross_entropy_with_logits(self.referents(tokens), standing, pos_weight=weight)
        # A batch without a car or van has no colour to learn: a mean over nothing would not be a number.
        wrong = F.cross_entropy(self.colours(tokens).transpose(1, 2), colours, ignore_index=SILENT, reduction="sum")
        return len(REFERENTS) * missed + wrong / max(1, int((colours != SILENT).sum()))

    def named(self, context, surroundings):
        """Of each thing that stands in the pictures, whether its name is the likeliest where it stands."""
        standing, _ = self.targets(surroundings)
        logits = self.referents(self.norm(context))
        return [
            int(logits[row, standing[row, :, what] > 0].amax(0).argmax() == what)
            for row, what in (standing.sum(1) > 0).nonzero().tolist()
        ]

    def targets(self, surroundings):
        """Which referents fill a fifth of a token's place or have their middle there [n, tokens, referents]; the colour of
        the car or van there [n, tokens]."""
        grid, count = self.grid, len(surroundings)
        standing = np.zeros((count, grid, grid, len(REFERENTS)), np.float32)
        colours = np.full((count, grid, grid), SILENT)
        edges = np.arange(grid + 1)
        for row, (entries, flip) in enumerate(surroundings):
            for referent, colour, *box in entries:
                left, top, right, bottom = (grid * n for n in box)
                if flip:
                    left, right = grid - right, grid - left
                across = np.clip(np.minimum(edges[1:], right) - np.maximum(edges[:-1], left), 0, None)
                down = np.clip(np.minimum(edges[1:], bottom) - np.maximum(edges[:-1], top), 0, None)
                there = np.outer(down, across) > 0.2
                middle = int(np.clip((top + bottom) / 2, 0, grid - 1)), int(np.clip((left + right) / 2, 0, grid - 1))
                there[middle] = True
                standing[row, there, REFERENTS.index(referent)] = 1
                if colour:
                    colours[row, there] = COLOUR_NAMES.index(colour)
        return torch.from_numpy(standing).flatten(1, 2), torch.from_numpy(colours).flatten(1)


class Summary(nn.Module):
    """Linear classifiers on the language model's state when it is about to answer: what only all frames together show."""

    ANSWERS = {
        "direction": (None, *DIRECTIONS),
        "behaviour": (None, *BEHAVIOURS),
        "referent": (None, *REFERENTS),
    }

    def __init__(self, width):
        super().__init__()
        self.heads = nn.ModuleDict({name: nn.Linear(width, len(values)) for name, values in self.ANSWERS.items()})

    def loss(self, states, all_facts):
        """states: [captions, width]; all_facts: what each is taught to say."""
        wanted = {
            "direction": [facts.direction for facts in all_facts],
            "behaviour": [facts.behaviour for facts in all_facts],
            "referent": [facts.relation and facts.relation.referent for facts in all_facts],
        }
        return sum(
            F.cross_entropy(head(states), torch.tensor([self.ANSWERS[name].index(value) for value in wanted[name]]))
            for name, head in self.heads.items()
        )


class Guides(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.tokens = Probe(sizes.language_width, HEADS)
        # What only the full view shows, it learns the sooner for being asked itself: where the mask is, for that is what
        # the crop can find.
        self.context = Probe(sizes.vision_width, ("scene", "side", "referent", "referent_colour"))
        self.map = Map(sizes)
        self.summary = Summary(sizes.language_width)

    def loss(self, full, context, image_tokens, choices):
        """Of (track, frame, flip) triples; shares and distances are the image tokens'. full: their full views."""
        wanted, boxes = stacked(choices)
        loss, right, off = self.tokens.loss(image_tokens, wanted, boxes)
        loss = loss + 0.5 * self.context.loss(context, wanted, boxes, mask_shares(full, self.map.grid))[0]
        return loss + self.map.loss(context, [(t.surroundings[i], flip) for t, i, flip in choices]), right, off


def mask_shares(full, grid):
    """What part of the mask each token of the full views [n, 4, S, S] holds, [n, tokens]."""
    coverage = F.adaptive_avg_pool2d((full[:, 3:] + 1) / 2, grid).flatten(1) + 1e-6  # a mask can be lost in resizing
    return coverage / coverage.sum(1, keepdim=True)


def stacked(choices):
    """Targets of (track, frame, flip) triples as tensors."""
    pairs = [targets(*choice) for choice in choices]
    wanted = {name: torch.tensor([values[name] for values, _ in pairs]) for name in HEADS}
    return wanted, torch.tensor([box for _, box in pairs], dtype=torch.float32)
