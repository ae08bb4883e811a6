"""Writes original-image.safetensors: a picture, prompts, and what the original authors' image predictor answers on sam-a.

    python make_original_image.py SOURCE    # PyPI's sam2 1.1.0, unpacked; needs torchvision

sam-a's shape is one the original can take; its names are translated by original.py.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from original import add_source, predictor

torch.set_grad_enabled(False)
add_source(sys.argv[1])
from sam2.sam2_image_predictor import SAM2ImagePredictor  # noqa: E402

FOLDER = Path(__file__).parent / "sam-a"
WIDTH, HEIGHT = 90, 60

image = SAM2ImagePredictor(predictor(FOLDER))
image._bb_feat_sizes = [(32, 32), (16, 16), (8, 8)]
rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
picture = np.stack([columns * 2, rows * 4, 255 * ((columns // 9 + rows // 7) % 2)], axis=2).astype(np.uint8)
image.set_image(picture)

tensors = {"picture": torch.from_numpy(picture).half()}


def ask(name, multimask, **prompt):
    masks, ious, low = image.predict(multimask_output=multimask, return_logits=True, **prompt)
    tensors[f"{name}.enlarged"], tensors[f"{name}.ious"] = torch.from_numpy(masks), torch.from_numpy(ious)
    tensors[f"{name}.mask_input"] = torch.from_numpy(low)
    return low


points, labels = np.array([[30.0, 20.0], [70.5, 41.0]]), np.array([1, 0])
first = ask("point", True, point_coords=points[:1], point_labels=labels[:1])
ask("points", False, point_coords=points, point_labels=labels)
ask("box", False, box=np.array([10, 5, 50, 40]))
ask("box-points", False, box=np.array([10, 5, 50, 40]), point_coords=points, point_labels=labels)
ask("again", False, point_coords=points, point_labels=labels, mask_input=first[1:2])
save_file({name: value.float().contiguous() if value.dtype == torch.float64 else value.contiguous()
           for name, value in tensors.items()}, Path(__file__).parent / "original-image.safetensors")
