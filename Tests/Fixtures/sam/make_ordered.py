"""What the original authors' code computes when its user looks at what was tracked before correcting it. See README.md.

Prompts are given frame by frame; before each frame after the first one the clip is propagated from the first up to it. Then the
whole clip is propagated, forwards and backwards. Reads clip.safetensors and NAME/, as make_video.py writes them.

usage: make_ordered.py SAM2_SOURCE [NAME...]    (writes NAME/ordered.safetensors)
"""

import json
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import original
from make_video import FRAMES, HEIGHT, WIDTH, prepared

HERE = pathlib.Path(__file__).parent

# Frame, object, points and labels or a box, in pixels of the clip. One object is followed by a click, then corrected by a click
# that only says where it is not; the other appears later and is corrected as well.
CLICKS = [
    (1, 1, {"points": [(15, 15)], "labels": [1]}),
    (3, 2, {"box": (26, 15, 44, 33)}),
    (4, 1, {"points": [(8, 30)], "labels": [0]}),
    (7, 1, {"points": [(33, 21), (8, 30)], "labels": [1, 0]}),
    (7, 2, {"points": [(40, 8)], "labels": [0]}),
]


def masks():
    """Frame, object and mask; the first object's is corrected."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]

    def disc(left, top):
        return (x - left) ** 2 + (y - top) ** 2 < 60

    return [(2, 1, disc(18, 16)), (4, 2, disc(32, 24)), (6, 1, disc(32, 22))]


@torch.inference_mode()
def drive(folder, frames, pixels, prompts, add):
    """Gives the prompts, then propagates both ways.

    add: called with predictor, state and the prompt.
    Returns the prompted object's mask after each prompt, and every object's of both ways.
    """
    model = original.predictor(folder, add_all_frames_to_correct_as_cond=True)
    state = original.state_of(model, frames, pixels)
    first, seen, answers = prompts[0][0], prompts[0][0], []
    for prompt in prompts:
        if prompt[0] > seen:
            seen = prompt[0]
            for _ in model.propagate_in_video(state, start_frame_idx=first, max_frame_num_to_track=seen - first):
                pass
        add(model, state, prompt)
        answers.append(original.low_masks(state, seen)[prompt[1] - 1])
    return torch.stack(answers), *(
        torch.stack([original.low_masks(state, frame) for frame, _, _ in model.propagate_in_video(
            state, start_frame_idx=first, reverse=reverse)]) for reverse in (False, True))


def add_click(model, state, prompt):
    frame, identifier, arguments = prompt
    model.add_new_points_or_box(state, frame, identifier, **arguments)


def add_mask(model, state, prompt):
    frame, identifier, mask = prompt
    model.add_new_mask(state, frame, identifier, mask)


def main():
    original.add_source(sys.argv[1])
    frames = load_file(HERE / "clip.safetensors")["frames"].reshape(FRAMES, HEIGHT, WIDTH, 3).to(torch.uint8).numpy()
    for name in sys.argv[2:] or ["video-a", "video-b", "video-c"]:
        folder, out = HERE / name, {}
        size = json.loads((folder / "config.json").read_text())["image_size"]
        pixels = prepared(frames, size if isinstance(size, int) else size[0])
        kinds = [("clicks", CLICKS, add_click)] + ([("masks", masks(), add_mask)] if name == "video-a" else [])
        for kind, prompts, add in kinds:
            results = drive(folder, frames, pixels, prompts, add)
            for key, value in zip(("prompted", "forward", "backward"), results):
                out[f"{kind}.{key}"] = value.float().contiguous().clone()
            print(name, kind, [tuple(value.shape) for value in results], "object seen in",
                  f"{(results[1][:, :, 0, 0] > -1024).float().mean():.0%}")
        for index, (_, _, mask) in enumerate(masks() if name == "video-a" else []):
            out[f"masks.given.{index}"] = torch.from_numpy(mask).float()
        save_file(out, folder / "ordered.safetensors")


if __name__ == "__main__":
    main()
