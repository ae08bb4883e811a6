"""Renders training clips and prepares their frames once, exactly as the product does, into shards of plain arrays.

    python prepare.py OUT --shards 0-19 [--clips 250]
    python prepare.py OUT --shards 100-119 --clips 1000 --views

Shard k holds clips of seeds k * 1000 and up: `full.npy` the full views [frames, 112, 112, 3], shared by a clip's tracks;
`views.npy` [track frames, 112, 112, 5] the full view's mask, the crop's colours and mask; `tracks.json` which rows belong to
which track, and its facts (with --blind it has none: unlabelled clips, to train on captions that a model makes). With --views a
shard holds one full view of each clip instead, a tenth of the work: `full.npy`, the mask of one of the things as fourth channel,
and `surroundings.json`, what stands where. A shard that is there is left alone, so that a run that was stopped goes on where it
was.
"""

import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from camera import HEIGHT, WIDTH
from clip import Clip
from things import FRAMES, spread

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "goldens"))
from dam_reference import bounding_box, crop_view  # noqa: E402

SIDE = 112
SEEDS_A_SHARD = 1000
# A picture in which less of the thing shows is not asked about.
RECOGNISABLE = 0.55


def resized(array):
    """As the product resizes: Pillow's bicubic on 8 bits."""
    return np.asarray(Image.fromarray(array).resize((SIDE, SIDE), Image.BICUBIC))


def compressed(picture, quality):
    """Through JPEG: the marks a codec leaves."""
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def views(picture, mask):
    """[SIDE, SIDE, 5]: the mask in the full view; colours and mask of the focal crop."""
    crop, crop_mask = crop_view(picture, mask, "focal_crop")
    channels = [resized(mask.astype(np.uint8) * 255)[..., None], resized(np.ascontiguousarray(crop))]
    channels.append(resized(crop_mask.astype(np.uint8) * 255)[..., None])
    return np.concatenate(channels, axis=2)


def prepared(clip):
    """(full views by frame, tracks): a track is (thing, frames, which are clear, boxes, its views)."""
    rng = np.random.default_rng([7, clip.seed])
    sampled = {}
    for index in range(len(clip.things)):
        seen = clip.seen_frames(index)
        if len(seen) >= 8:
            sampled[index] = [seen[i] for i in spread(len(seen))]
    full, masks = {}, {}
    for frame in sorted({f for frames in sampled.values() for f in frames}):
        rendered = clip.render(frame)
        picture = compressed(rendered.picture, int(rng.integers(40, 90)))
        full[frame] = resized(picture)
        for index, frames in sampled.items():
            if frame in frames:
                mask = clip.mask(rendered.labels, index, frame)
                if mask is not None:
                    masks[index, frame] = (views(picture, mask), bounding_box(mask), rendered.shown(index) >= RECOGNISABLE)
    tracks = []
    for index, frames in sampled.items():
        found = [masks[index, f] for f in frames if (index, f) in masks]
        if len(found) < len(frames) or sum(clear for _, _, clear in found) < 3:
            continue  # hidden where it would be looked at
        boxes = [(x / WIDTH, y / HEIGHT, w / WIDTH, h / HEIGHT) for _, (x, y, w, h), _ in found]
        tracks.append((index, frames, [clear for _, _, clear in found], boxes, np.stack([v for v, _, _ in found])))
    return full, tracks


def records_of(clip, index, frames, clear, settled):
    """Facts of the clip, and of each of its clear pictures."""
    pictures = [clip.facts(index, [f], settled).record() if seen else None for f, seen in zip(frames, clear)]
    return clip.facts(index, frames, settled).record(), pictures


def facts_of(clip, index, frames, clear):
    """The facts in a labelled track's record, without the place of its rows."""
    facts, pictures = records_of(clip, index, frames, clear, settled=True)
    told, told_pictures = records_of(clip, index, frames, clear, settled=False)
    return {
        "facts": facts,
        "pictures": pictures,
        "told": told,
        "told_pictures": told_pictures,
        "surroundings": [surroundings_of(clip, f) for f in frames],
        "present": clip.present(),
    }


def write_shard(folder, seeds, blind=False):
    full_views, track_views, records = [], [], []
    rows = 0
    for seed in seeds:
        clip = Clip(seed)
        full, tracks = prepared(clip)
        row_of = {frame: len(full_views) + i for i, frame in enumerate(full)}
        full_views += full.values()
        for index, frames, clear, boxes, arrays in tracks:
            record = {
                "seed": seed,
                "thing": index,
                "boxes": [[round(n, 4) for n in box] for box in boxes],
                "full": [row_of[f] for f in frames],
                "views": rows,
            }
            records.append(record if blind else record | facts_of(clip, index, frames, clear))
            rows += len(frames)
            track_views.append(arrays)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "full.npy", np.stack(full_views))
    np.save(folder / "views.npy", np.concatenate(track_views))
    # Last, for it marks the shard as whole.
    (folder / "tracks.json").write_text(json.dumps(records), encoding="utf-8")


def surroundings_of(clip, frame):
    return [(*what, *(round(n, 4) for n in box)) for *what, box in clip.surroundings(frame)]


def write_views(folder, seeds):
    views, records = [], []
    for seed in seeds:
        clip, rng = Clip(seed), np.random.default_rng([8, seed])
        frame = int(rng.integers(FRAMES))
        rendered = clip.render(frame)
        index = int(rng.integers(len(clip.things))) if clip.things else 0
        mask = rendered.labels == index + 1
        picture = resized(compressed(rendered.picture, int(rng.integers(40, 90))))
        views.append(np.concatenate([picture, resized(mask.astype(np.uint8) * 255)[..., None]], axis=2))
        records.append(surroundings_of(clip, frame))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "full.npy", np.stack(views))
    (folder / "surroundings.json").write_text(json.dumps(records), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--shards", required=True, help="first-last")
    parser.add_argument("--clips", type=int, default=250)
    parser.add_argument("--views", action="store_true", help="one full view of each clip, and what stands where in it")
    parser.add_argument("--blind", action="store_true", help="no facts: unlabelled clips")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    first, last = (int(n) for n in options.shards.split("-"))
    write, last_file = (write_views, "surroundings.json") if options.views else (write_shard, "tracks.json")
    for shard in range(first, last + 1):
        folder = options.out / f"{shard:04d}"
        if not (folder / last_file).exists():
            start = shard * SEEDS_A_SHARD
            seeds = range(start, start + options.clips)
            write(folder, seeds, blind=True) if options.blind and not options.views else write(folder, seeds)
            print(folder, flush=True)


if __name__ == "__main__":
    main()
