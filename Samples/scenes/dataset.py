"""Prepared shards as training samples: which rows of which arrays a track's frames are, and what is true of them."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from facts import Facts

OTHER_WAY = {"left": "right", "right": "left"}


@dataclass(frozen=True)
class Track:
    seed: int
    thing: int
    shard: int
    full: list[int]  # rows of the shard's full views
    views: int  # first row of its own views; one a frame
    facts: Facts  # what is asked about, of the clip and of each clear picture
    pictures: list[Facts | None]
    told: Facts  # what captions are taught to say
    told_pictures: list[Facts | None]
    boxes: np.ndarray  # [frames, 4]: left, top, width, height as parts of the frame
    surroundings: list[list[tuple]]  # by frame: referent, colour or None, left, top, right, bottom as parts of the frame
    present: frozenset[str]


def mirrored(facts):
    """Facts of the picture flipped left to right."""
    return replace(facts, side=OTHER_WAY.get(facts.side, facts.side), direction=OTHER_WAY.get(facts.direction, facts.direction))


class Dataset:
    def __init__(self, folder, shards=None):
        """All whole shards of the folder, or those with the numbers given."""
        self.full, self.views, self.tracks = [], [], []
        self.blind = []  # tracks of unlabelled clips, without facts
        for path in sorted(Path(folder).glob("[0-9]*")):
            if not (path / "tracks.json").exists() or (shards is not None and int(path.name) not in shards):
                continue
            shard = len(self.full)
            self.full.append(np.load(path / "full.npy", mmap_mode="r"))
            self.views.append(np.load(path / "views.npy", mmap_mode="r"))
            for record in json.loads((path / "tracks.json").read_text(encoding="utf-8")):
                boxes = np.array(record["boxes"], np.float32)
                place = record["seed"], record["thing"], shard, record["full"], record["views"]
                if "facts" not in record:
                    self.blind.append(Track(*place, None, [], None, [], boxes, [], frozenset()))
                    continue
                settled, told = ([Facts.from_record(r) if r else None for r in (record[key], *record[pictures])]
                                 for key, pictures in (("facts", "pictures"), ("told", "told_pictures")))
                self.tracks.append(
                    Track(
                        *place,
                        settled[0],
                        settled[1:],
                        told[0],
                        told[1:],
                        boxes,
                        record["surroundings"],
                        frozenset(record["present"]),
                    )
                )

    def frame(self, track, index, flip=False):
        """(full, crop) of one frame, uint8 [112, 112, 4] each."""
        full = self.full[track.shard][track.full[index]]
        views = self.views[track.shard][track.views + index]
        pair = np.concatenate([full, views[..., :1]], axis=2), views[..., 1:]
        return tuple(view[:, ::-1] for view in pair) if flip else pair

    def batch(self, choices):
        """Pixels in -1 ... 1 of (track, frame, flip) triples: full and crop views, [n, 4, 112, 112]."""
        pairs = [self.frame(*choice) for choice in choices]
        return tuple(pixels(np.stack(views)) for views in zip(*pairs))


class Views:
    """Full views on their own, each with what stands where (see Track.surroundings)."""

    def __init__(self, folder, shards):
        """The shards of the folder with the numbers given that hold such views."""
        self.full, self.surroundings = [], []
        for path in sorted(Path(folder).glob("[0-9]*")):
            if (path / "surroundings.json").exists() and int(path.name) in shards:
                self.full += list(np.asarray(np.load(path / "full.npy", mmap_mode="r")))
                self.surroundings += json.loads((path / "surroundings.json").read_text(encoding="utf-8"))

    def batch(self, choices):
        """Pixels of (index, flip) pairs, [n, 4, 112, 112], and (surroundings, flip) of each."""
        views = [self.full[i][:, ::-1] if flip else self.full[i] for i, flip in choices]
        return pixels(np.stack(views)), [(self.surroundings[i], flip) for i, flip in choices]


def pixels(views):
    return torch.from_numpy(np.ascontiguousarray(views.transpose(0, 3, 1, 2))).float().div_(127.5).sub_(1)
