"""Writes clips as people have them, with masks and what is true of them: what `damvideo evaluate scenes` reads.

    python make_clips.py OUT --seeds 700000-700499

OUT/phrases.json, and for each seed a folder with clip.mp4 (H.264, a key frame every 10), masks/00000.png ... (label PNGs),
facts.json, picture.jpg (one frame) and picture-ID.png (its mask) for each object that can be recognised in it. Needs ffmpeg.
"""

import argparse
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

from camera import HEIGHT, WIDTH
from clip import Clip
from things import FRAMES, SAMPLES, spread
from prepare import RECOGNISABLE

PALETTE = (0, 0, 0, 200, 40, 40, 40, 180, 60, 60, 80, 220, 220, 200, 40, 180, 60, 200, 60, 200, 210)


def encode(path, pictures):
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-s",
        f"{WIDTH}x{HEIGHT}",
        "-r",
        "10",
        "-i",
        "-",
    ]
    command += [
        "-c:v",
        "libx264",
        "-preset",
        "medium",
        "-crf",
        "26",
        "-g",
        "10",
        "-pix_fmt",
        "yuv420p",
        "-threads",
        "1",
        str(path),
    ]
    subprocess.run(command, input=b"".join(p.tobytes() for p in pictures), check=True)


def write_clip(folder, seed):
    clip = Clip(seed)
    frames = [clip.render(f) for f in range(FRAMES)]
    masks = {i: [clip.mask(frames[f].labels, i, f) for f in range(FRAMES)] for i in range(len(clip.things))}
    tracks, pictures = {}, {}
    labels = np.zeros((FRAMES, HEIGHT, WIDTH), np.uint8)
    moment = FRAMES // 2
    for index, track in masks.items():
        seen = [f for f, mask in enumerate(track) if mask is not None]
        sampled = [seen[i] for i in spread(len(seen))] if len(seen) >= SAMPLES else []
        if sum(frames[f].shown(index) >= RECOGNISABLE for f in sampled) < 3:
            continue  # too little of it is ever seen
        tracks[str(index + 1)] = clip.facts(index, sampled).record()
        for f in seen:
            labels[f][track[f]] = index + 1
        if track[moment] is not None and frames[moment].shown(index) >= RECOGNISABLE:
            pictures[str(index + 1)] = clip.facts(index, [moment]).record()
    if not tracks:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "masks").mkdir(parents=True)
    encode(folder / "clip.mp4", [f.picture for f in frames])
    for f in range(FRAMES):
        image = Image.fromarray(labels[f], "P")
        image.putpalette(PALETTE)
        image.save(folder / "masks" / f"{f:05d}.png", optimize=True)
    Image.fromarray(frames[moment].picture).save(folder / "picture.jpg", quality=85)
    for name in pictures:
        Image.fromarray(masks[int(name) - 1][moment].astype(np.uint8) * 255).save(folder / f"picture-{name}.png", optimize=True)
    facts = {"seed": seed, "light": clip.light, "present": clip.present(), "tracks": tracks, "pictures": pictures}
    (folder / "facts.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seeds", required=True, help="first-last, or a list 3,17,40")
    options = parser.parse_args()
    if "-" in options.seeds:
        first, last = (int(n) for n in options.seeds.split("-"))
        seeds = range(first, last + 1)
    else:
        seeds = [int(n) for n in options.seeds.split(",")]
    options.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).parent / "phrases.json", options.out / "phrases.json")
    for seed in seeds:
        folder = options.out / f"{seed:06d}"
        if not (folder / "facts.json").exists() and not write_clip(folder, seed):
            print(f"{seed}: nothing to ask about")


if __name__ == "__main__":
    main()
