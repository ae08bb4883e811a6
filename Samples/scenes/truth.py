"""What is true of the things of a clip, as far as a person could tell it from the picture."""

import math

import numpy as np

from camera import HEIGHT, WIDTH, Camera
from facts import Facts, Relation
from things import FRAME
from vocabulary import VEHICLES


def facts(clip, index, frames, settled=True):
    """What is true of thing `index` over the sampled frames; of a picture when there is one.

    Settled facts leave out what is so only just, and that is what is asked about. The others are what captions are taught
    to say: who may be silent near every border falls silent too often.
    """
    thing, path = clip.things[index], clip.things[index].path
    boxes = [thing.box(f) for f in frames]
    single = len(frames) == 1
    leaves = path.behaviour == "leaves" and not single
    return Facts(
        thing.name,
        thing.colours,
        clip.scene,
        side=_side(boxes, settled) if single or path.direction is None else None,
        size=_size(boxes),
        direction=None if single else path.direction,
        behaviour=None if single else path.behaviour,
        relation=None if leaves else _relation(clip, index, frames[-1], settled),
    )


def surroundings(clip, frame):
    """What a relation can be to: (referent, colour or None, (left, top, right, bottom) as parts of the picture) of each."""
    near = [(Relation(mark.name), mark.box) for mark in clip.landmarks]
    near += [(Relation(t.name, t.colours[0]), t.box(frame)) for t in clip.things if t.name in ("car", "van")]
    return [
        (r.referent, r.colour, (box.x0 / WIDTH, box.y0 / HEIGHT, box.x1 / WIDTH, box.y1 / HEIGHT))
        for r, box in near
        if box.within(FRAME) > 0
    ]


def _side(boxes, settled):
    centres = [(max(b.x0, 0) + min(b.x1, WIDTH)) / 2 / WIDTH for b in boxes]
    if not settled:
        centre = sum(centres) / len(centres)
        return "left" if centre < 0.355 else "middle" if centre < 0.645 else "right"
    for side, low, high in (("left", -1, 0.31), ("middle", 0.40, 0.60), ("right", 0.69, 2)):
        if low <= min(centres) and max(centres) <= high:
            return side
    return None


def _size(boxes):
    size = float(np.mean([math.sqrt(b.area / FRAME.area) for b in boxes]))
    return "small" if size < 0.055 else "large" if size > 0.24 else None


def _relation(clip, index, frame, settled):
    """The one thing it is (clearly, when settled) nearest to; half the time that is outside the focal crop."""
    thing = clip.things[index]
    box, pose = thing.box(frame), thing.pose(frame)
    if box.within(FRAME) < (0.6 if settled else 0.45):
        return None
    near = []
    for mark in clip.landmarks:
        near.append((_distance(box, pose, mark.box, mark.y, mark.scale), mark.box, Relation(mark.name)))
    for other in clip.things:
        if other is thing or other.name not in VEHICLES:
            continue
        theirs = other.pose(frame)
        known = other.name in ("car", "van") and other.path.direction is None
        referent = Relation(other.name, other.colours[0]) if known else None
        near.append((_distance(box, pose, other.box(frame), theirs.y, theirs.scale), other.box(frame), referent))
    near.sort(key=lambda entry: entry[0])
    if not settled:
        near = [entry for entry in near if entry[2]]
    if not near:
        return None
    distance, referent_box, relation = near[0]
    if distance > 3.4 or referent_box.within(FRAME) < 0.5:
        return None
    is_clear = len(near) == 1 or near[1][0] > 1.4 * distance + 0.6
    return relation if is_clear or not settled else None


def _distance(box, pose, other, y, scale):
    """Metres over the ground between the edges of two things."""
    gap = max(0.0, other.x0 - box.x1, box.x0 - other.x1)
    return math.hypot(gap / (0.5 * (pose.scale + scale)), Camera.depth(pose.scale) - Camera.depth(scale))
