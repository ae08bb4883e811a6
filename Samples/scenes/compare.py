"""python compare.py MODEL SET [--clips 3]: greedy ids of this checkpoint, by three programs, on clips of a set.

The trainer's own model, the independent PyTorch implementation the goldens were made with, and `damvideo` must agree; says
so, and exits 1 when they do not. Set DAMVIDEO to the program (default: .build/release/damvideo).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from things import spread
from export import published_names
from model import DescribeAnything, Sizes
from prompts import CLIP

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Fixtures" / "goldens"))
from dam_reference import IMAGE_TOKEN, read_tensors  # noqa: E402
from dam_reference import DescribeAnything as Reference  # noqa: E402

LIMIT = 100
# As damvideo has FFmpeg convert.
CONVERSION = "scale=flags=bicubic+accurate_rnd+full_chroma_int,format=rgb24"


def trainer(folder):
    model = DescribeAnything(Sizes()).requires_grad_(False)
    published = {}
    for part in ("vision_tower", "context_provider", "mm_projector", "llm"):
        published |= read_tensors(folder / part)
    model.load_state_dict({name: published[next(iter(published_names({name: None})))] for name in model.state_dict()})
    return model


def captions(folder, checkpoint):
    """What damvideo says: caption by track id."""
    program = os.environ.get("DAMVIDEO", str(ROOT / ".build" / "release" / "damvideo"))
    command = [program, "caption", folder / "clip.mp4", "--masks", folder / "masks", "--model", checkpoint]
    command += ["--temperature", "0", "--max-new-tokens", LIMIT, "--quiet", "-o", "-"]
    output = subprocess.run([str(word) for word in command], check=True, capture_output=True).stdout
    return {track["id"]: track["caption"] for track in json.loads(output)["tracks"]}


def sampled_pixels(reference, folder, track):
    """[8, 8, side, side]: both views of the frames a track is looked at in, decoded by the ffmpeg program."""
    masks = [np.asarray(Image.open(p)) == track for p in sorted((folder / "masks").glob("*.png"))]
    seen = [f for f, mask in enumerate(masks) if mask.any()]
    with tempfile.TemporaryDirectory() as scratch:
        command = ["ffmpeg", "-v", "error", "-i", str(folder / "clip.mp4"), "-vf", CONVERSION, "-start_number", "0"]
        subprocess.run([*command, f"{scratch}/%05d.png"], check=True)
        frames = [seen[i] for i in spread(len(seen))]
        for f in frames:
            Image.fromarray(masks[f].astype(np.uint8) * 255).save(f"{scratch}/mask-{f:05d}.png")
        pictures = [f"{scratch}/{f:05d}.png" for f in frames]
        return reference.pixels(pictures, [f"{scratch}/mask-{f:05d}.png" for f in frames], "full+focal_crop")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("set", type=Path)
    parser.add_argument("--clips", type=int, default=3)
    options = parser.parse_args()
    reference, model, agreed = Reference(options.model), trainer(options.model), True
    ids = reference.input_ids(reference.prompt(CLIP))
    first, last = ids.index(IMAGE_TOKEN), len(ids) - ids[::-1].index(IMAGE_TOKEN)
    prefix, suffix = torch.tensor(ids[:first]), torch.tensor(ids[last:])
    for folder in sorted(p.parent for p in options.set.glob("*/facts.json"))[: options.clips]:
        for track, said in captions(folder, options.model).items():
            pixels = sampled_pixels(reference, folder, track)
            _, _, tokens = reference.encode(pixels)
            known, text, _ = reference.generate(reference.embed(ids, tokens), LIMIT)
            own = model.image_tokens(pixels[:, :4], pixels[:, 4:]).flatten(0, 1)[None]
            same_ids = model.generate(prefix, own, suffix, LIMIT)[0] == [i for i in known if i != 2]
            same_text = text == said
            agreed &= same_ids and same_text
            verdicts = ("same" if same_ids else "DIFFERENT", "same" if same_text else "DIFFERENT")
            print(f"{folder.name} track {track}: {verdicts[0]} ids, {verdicts[1]} text", flush=True)
    sys.exit(0 if agreed else 1)


if __name__ == "__main__":
    main()
