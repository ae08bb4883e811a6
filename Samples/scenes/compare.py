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

from clip import spread
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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("set", type=Path)
    parser.add_argument("--clips", type=int, default=3)
    options = parser.parse_args()
    reference, model, agreed = Reference(options.model), trainer(options.model), True
    ids = reference.input_ids(reference.prompt(CLIP))
    first, last = ids.index(IMAGE_TOKEN), len(ids) - ids[::-1].index(IMAGE_TOKEN)
    for folder in sorted(p.parent for p in options.set.glob("*/facts.json"))[: options.clips]:
        program = os.environ.get("DAMVIDEO", str(ROOT / ".build" / "release" / "damvideo"))
        command = [program, "caption", str(folder / "clip.mp4"), "--masks", str(folder / "masks"), "--model", str(options.model)]
        command += ["--temperature", "0", "--max-new-tokens", str(LIMIT), "--quiet", "-o", "-"]
        document = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        with tempfile.TemporaryDirectory() as frames:
            command = ["ffmpeg", "-v", "error", "-i", str(folder / "clip.mp4"), "-vf", CONVERSION, "-start_number", "0", f"{frames}/%05d.png"]
            subprocess.run(command, check=True)
            masks = [np.asarray(Image.open(p)) for p in sorted((folder / "masks").glob("*.png"))]
            for track in document["tracks"]:
                seen = [f for f, mask in enumerate(masks) if (mask == track["id"]).any()]
                sampled = [seen[i] for i in spread(len(seen))]
                pictures, regions = [], []
                for f in sampled:
                    region = Path(frames) / f"{f:05d}-{track['id']}.png"
                    Image.fromarray((masks[f] == track["id"]).astype(np.uint8) * 255).save(region)
                    pictures.append(Path(frames) / f"{f:05d}.png")
                    regions.append(region)
                pixels = reference.pixels(pictures, regions, "full+focal_crop")
                _, _, tokens = reference.encode(pixels)
                known, text, _ = reference.generate(reference.embed(ids, tokens), LIMIT)
                own = model.image_tokens(pixels[:, :4], pixels[:, 4:]).flatten(0, 1)[None]
                trained = model.generate(torch.tensor(ids[:first]), own, torch.tensor(ids[last:]), LIMIT)[0]
                same_ids = trained == [i for i in known if i != 2]
                same_text = text == track["caption"]
                agreed &= same_ids and same_text
                print(f"{folder.name} track {track['id']}: {'same' if same_ids else 'DIFFERENT'} ids, {'same' if same_text else 'DIFFERENT'} text")
    sys.exit(0 if agreed else 1)


if __name__ == "__main__":
    main()
